"""The bytes of an answer over HTTP, counted as they come and as they are unpacked, never more than a bound."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import httpx

from fapiao.bounds import Bound, bound
from fapiao.inflating import deflated, inflated

_UNPACK: Mapping[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": inflated,
    "x-gzip": inflated,
    "deflate": deflated,
}
_PLAIN = "identity"


class BeyondBounds(Exception):
    """More came than is taken; the text is the bound's sentence."""


def read_answer(response: httpx.Response, most: Bound) -> bytes:
    """All of an answer. Nobody asks for a Content-Encoding; one that is used all the same is undone.

    Raises BeyondBounds, ValueError for an encoding that nobody knows, or as whatever reads and unpacks.
    """
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most.value:
        raise BeyondBounds(most.said(announced))
    pieces = _counted(response.iter_raw(), most)
    for name in reversed(_encodings(response)):
        if name not in _UNPACK:
            raise ValueError(f"it is packed as {name[:40]!r}, which nobody asked for")
        pieces = _counted(_UNPACK[name](pieces), most)
    return b"".join(pieces)


def _encodings(response: httpx.Response) -> list[str]:
    named = response.headers.get("content-encoding", "").lower().split(",")
    found = [name.strip() for name in named if name.strip() not in ("", _PLAIN)]
    layers = bound("answer_encodings")
    if len(found) > layers.value:
        raise BeyondBounds(layers.said(len(found)))
    return found


def _counted(pieces: Iterable[bytes], most: Bound) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > most.value:
            raise BeyondBounds(most.said(total))
        yield piece
