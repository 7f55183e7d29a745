"""The XML of a part in windows that end where a tag begins, so that no tag stands in two of them."""

import re
from collections.abc import Iterable, Iterator

LONGEST_TAG = 2**16
_ENCODING = rb"encoding=[\"'](?i:utf-8|us-ascii)[\"'][^?>]*"
_DECLARATION = rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s+(?:(?!encoding)[^?>])*(?:" + _ENCODING + rb")?\?>)?\s*"


def windows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """All the bytes of the pieces, cut anew; a longer text or tag than LONGEST_TAG is cut as well."""
    before = b""
    for piece in pieces:
        if cut := _last_begin(piece):
            yield b"".join((before, memoryview(piece)[:cut]))
            before = piece[cut:]
        else:
            before += piece
        if len(before) > LONGEST_TAG:
            yield before
            before = b""
    yield before


def _last_begin(piece: bytes) -> int:
    """Where its last cell begins if that is near its end, else its last tag: what looks at cells wants them whole."""
    tag = piece.rfind(b"<")
    cell = piece.rfind(b"<c ", max(0, len(piece) - LONGEST_TAG))
    return max(tag if cell < 0 else cell, 0)


def begins(root: str) -> re.Pattern[bytes]:
    """What matches the head of a part as Excel writes it: UTF-8, and nothing before the root but the declaration."""
    return re.compile(_DECLARATION + rf"<{root}(?=[\s>])".encode())


def is_cut(window: bytes) -> bool:
    """Whether a tag goes on in the next window."""
    return window.rfind(b"<") > window.rfind(b">")
