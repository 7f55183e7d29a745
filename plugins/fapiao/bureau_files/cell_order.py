"""Whether the cells of an .xlsx stand in the order of their addresses: of two at one address a reader keeps one."""

import re
from collections.abc import Iterable
from string import ascii_uppercase

from fapiao.bureau_files.headings import number_of

_PLACE = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7}")')
_LETTERS = ascii_uppercase.encode()
_MOST_KNOWN = 1000
"""Different sets of columns that rows fill; a sheet of many more is looked at cell by cell."""


class CellOrder:
    """Looks at windows whose cells all say their addresses; `broken` once one does not come after the one before.

    `row` and `column` are the last ones so far, from 1. Rows that fill the same columns, as nearly all rows of a sheet
    do, are told by their columns alone.
    """

    def __init__(self) -> None:
        self.broken = False
        self.row = self.column = 0
        self._last = b'A0"'
        self._known: set[bytes] = set()

    def look(self, window: bytes) -> None:
        """One of `windows`: a row may go on in the next."""
        self.follow(filter(None, map(_PLACE.findall, window.split(b"<row"))))

    def follow(self, rows: Iterable[list[bytes]]) -> None:
        """The places of cells (B7") row by row; a row may go on in the next one."""
        for places in rows:
            self._follow(places)

    def _follow(self, places: list[bytes]) -> None:
        row = places[0].lstrip(_LETTERS)
        columns = b"".join(places).replace(row, b" ")
        number = int(row[:-1])
        if number <= self.row or columns not in self._known:
            self._one_by_one(places)
            if not self.broken and columns.replace(b" ", b"").isalpha() and len(self._known) < _MOST_KNOWN:
                self._known.add(columns)
        self.row, self._last = max(self.row, number), places[-1]

    def _one_by_one(self, places: list[bytes]) -> None:
        before = _numbers(self._last)
        for place in map(_numbers, places):
            self.broken = self.broken or place <= before
            self.row, self.column = max(self.row, place[0]), max(self.column, place[1])
            before = place


def _numbers(place: bytes) -> tuple[int, int]:
    column = place.rstrip(b'0123456789"')
    return int(place[len(column) : -1]), number_of(column)
