"""The XML of a sheet in windows that end where a tag begins, so that no tag stands in two of them."""

from collections.abc import Iterable, Iterator

_LONGEST_TAG = 2**16


def windows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """All the bytes of the pieces, cut anew. Raises ValueError for a tag without an end."""
    before = b""
    for piece in pieces:
        cut = max(piece.rfind(b"<"), 0)
        if cut:
            yield b"".join((before, memoryview(piece)[:cut]))
            before = piece[cut:]
        else:
            before += piece
        if len(before) > _LONGEST_TAG:
            if before.startswith(b"<") and b">" not in before[:_LONGEST_TAG]:
                raise ValueError("a tag without an end")
            yield before
            before = b""
    yield before
