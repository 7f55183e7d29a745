"""Takes a window of a sheet apart that holds nothing but rows of cells as Excel writes them, in one pass."""

import re
from itertools import compress, count, pairwise

_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}+[1-9][0-9]{0,6}+")(?: s="[0-9]++")?+'
    rb'(?: t="inlineStr"><is><t(?: xml:space="preserve")?+>[^<]*+</t></is></c>'
    rb'|/>|(?: t="(?:s|str|n|b|d)")?+>(?:<v>[^<]*+</v>)?+</c>)'
)
_ROWS = re.compile(rb"[^<]*+(?:<(?:/row|row [^<>\0]*+)>[^<]*+)*+")


def plain_rows(window: bytes) -> list[list[bytes]] | None:
    """The places of the cells (B7") by rows, in the order of the window; None where it holds anything else as well.

    One pass costs as much as finding the places alone, so that nothing of such a window has to be guessed.
    """
    parts = _CELL.split(window)
    between, places = parts[::2], parts[1::2]
    # Joined by a byte that no tag has: two pieces of tags around a cell are none together.
    if not _ROWS.fullmatch(b"\0".join(filter(None, between))):
        return None
    begins = compress(count(), between)
    return [row for first, end in pairwise((0, *begins, len(places))) if (row := places[first:end])]
