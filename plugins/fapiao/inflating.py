"""Unpacks gzip and deflate piece by piece, so that who takes the pieces can stop at his bound."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

GZIP = 31
_ZLIB, _BARE = 15, -15
_PIECE = 64 * 1024
_ZLIB_METHOD = 8


def inflated(pieces: Iterable[bytes], window: int = GZIP) -> Iterator[bytes]:
    """What is packed in the pieces, several members one after another too.

    Raises EOFError where it is cut, zlib.error where it is damaged.
    """
    unpacking, begun = zlib.decompressobj(window), False
    for piece in pieces:
        rest = piece
        while rest := rest.lstrip(b"\0") if unpacking.eof else rest:  # blocks may be filled up with zeros
            unpacking = zlib.decompressobj(window) if unpacking.eof else unpacking
            begun = True
            yield from _output(unpacking, rest)
            rest = unpacking.unused_data
    if begun and not unpacking.eof:
        raise EOFError("the packed bytes end in the middle")


def _output(unpacking: Any, packed: bytes) -> Iterator[bytes]:
    """All that so many bytes unpack to; the last of it may be held back when they are used up."""
    while not unpacking.eof and (found := unpacking.decompress(packed, _PIECE)):  # behind its end it collects twice
        yield found
        packed = unpacking.unconsumed_tail


def deflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """HTTP's deflate, which is zlib by its standard and bare deflate by habit."""
    first, rest = b"", iter(pieces)
    while not first:
        first = next(rest, None) or b""
        if not first:
            return
    window = _ZLIB if first[0] & 0x0F == _ZLIB_METHOD else _BARE
    yield from inflated(_chained(first, rest), window)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
