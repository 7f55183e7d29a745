"""The formula cells of a sheet of an .xlsx, found while its XML streams by: nobody vouches for what they show."""

import re
from collections.abc import Collection, Iterator
from itertools import islice

from fapiao.bounds import bound
from fapiao.bureau_files.headings import LAST_ROW, letters, number_of
from fapiao.bureau_files.records import FileRefusal

NOWHERE = "?"
"""Stands for a formula in a cell that says no address."""
_CELL, _FORMULA = b"<c", b"<f"
_TOKENS = re.compile(rb'<c(?=[\s/>])(?:[^>]*? r="([A-Z]+[0-9]+)")?|<f(?=[\s/>])([^>]*)')
_KIND = re.compile(rb' t="([A-Za-z]+)"')
_REFERENCE = re.compile(rb' ref="([^"]*)"')
_RANGE = re.compile(r"\$?([A-Z]+)\$?([0-9]{1,7}):\$?([A-Z]+)\$?([0-9]{1,7})")


def refuse_uncountable(found: Collection[str], where: str) -> None:
    """Raises FileRefusal for more formulas than are kept by their addresses."""
    if len(found) > (most := bound("formula_cells")).value:
        raise FileRefusal(most.said(), where)


class Formulas:
    """The addresses of the cells with a formula, those of an array among them; at most a few more than the bound."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._before = b""
        self._most = bound("formula_cells").value

    def look(self, window: bytes) -> None:
        """Looks at one of `windows`; the cell of a formula may begin in the one before."""
        if _FORMULA in window:
            self._find(window)
        self._before = window

    def pass_over(self, window: bytes) -> None:
        """One of `windows`, not the first of its sheet, that has no formula; its last cell may have one in the next."""
        self._before = window

    def _find(self, window: bytes) -> None:
        address = self._last_before()
        for match in _TOKENS.finditer(window):
            if len(self.found) > self._most:
                return
            if match[2] is None:
                address = _shown(match)
            else:
                self.found.add(address)
                self.found.update(of_array(_said(_KIND, match[2]), _said(_REFERENCE, match[2])))

    def _last_before(self) -> str:
        """The address of the cell that the window before ends in."""
        at = max(self._before.rfind(_CELL + end) for end in (b" ", b">", b"\n", b"\t", b"\r"))
        cell = _TOKENS.match(self._before, at) if at >= 0 else None
        return _shown(cell) if cell else NOWHERE


def _shown(cell: re.Match[bytes]) -> str:
    return (cell[1] or NOWHERE.encode()).decode()


def _said(pattern: re.Pattern[bytes], attributes: bytes) -> str:
    found = pattern.search(attributes)
    return found[1].decode(errors="replace") if found else ""


def of_array(kind: str, reference: str) -> Iterator[str]:
    """The cells that a formula of this kind (t) fills besides its own; they hold nothing but what it came to."""
    found = _RANGE.fullmatch(reference) if kind in ("array", "dataTable") else None
    if found is None:
        return
    first, top, last, bottom = found.groups()
    rows = range(int(top), min(int(bottom), LAST_ROW) + 1)
    columns = range(number_of(first.encode()), number_of(last.encode()) + 1)
    cells = (f"{letters(column - 1)}{row}" for row in rows for column in columns)
    yield from islice(cells, bound("formula_cells").value + 1)
