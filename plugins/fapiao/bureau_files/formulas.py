"""The formula cells of a sheet of an .xlsx, found while its XML streams by: nobody vouches for what they show."""

import re
from collections.abc import Collection, Iterator
from itertools import islice

from fapiao.bureau_files.extent import LAST_ROW, number_of
from fapiao.bureau_files.headings import letters
from fapiao.bureau_files.records import FileRefusal

MOST_FORMULAS = 10_000
"""Formula cells of a sheet that are kept by their addresses."""
NOWHERE = "?"
"""Stands for a formula in a cell that says no address."""
_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
_ARRAY = re.compile(rb"""\bt\s*=\s*["'](?:array|dataTable)["']""")
_RANGE = re.compile(rb"""\bref\s*=\s*["']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)["']""")


def refuse_uncountable(found: Collection[str], where: str) -> None:
    """Raises FileRefusal for formulas in cells that nobody can name, or in too many."""
    if NOWHERE in found or len(found) > MOST_FORMULAS:
        sentence = f"公式单元格超过 {MOST_FORMULAS} 个或无法定位，未打开；请以数值方式粘贴，或上传税局导出的原文件"
        raise FileRefusal(sentence, where)


class Formulas:
    """The addresses of the cells with a formula, those of an array among them; at most one more than MOST_FORMULAS."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._cell = self._formula = b""
        self._tokens = re.compile(b"")
        self._before = b""

    def look(self, window: bytes) -> None:
        """Looks at one of `windows`; the cell of a formula may begin in the one before."""
        if not self._cell:
            self._begin(window)
        if self._formula in window:
            self._find(window)
        self._before = window

    def pass_over(self, window: bytes) -> None:
        """One of `windows`, not the first of its sheet, that has no formula; its last cell may have one in the next."""
        self._before = window

    def _begin(self, head: bytes) -> None:
        """How the tags of cells and formulas begin in this sheet."""
        root = _ROOT.search(head)
        opening = b"<" + (root.group(1) + b":" if root and root.group(1) else b"")
        self._cell, self._formula = opening + b"c", opening + b"f"
        cell, formula = re.escape(self._cell), re.escape(self._formula)
        self._tokens = re.compile(
            cell + rb"""(?=[\s/>])(?:[^>]*?\br\s*=\s*["']([A-Z]+[0-9]+)["'])?|""" + formula + rb"(?=[\s/>])([^>]*)"
        )

    def _find(self, window: bytes) -> None:
        address = self._last_before()
        for match in self._tokens.finditer(window):
            if len(self.found) > MOST_FORMULAS:
                return
            if match[2] is None:
                address = _shown(match)
            else:
                self.found.add(address)
                self.found.update(_of_array(match[2]))

    def _last_before(self) -> str:
        """The address of the cell that the window before ends in."""
        at = max(self._before.rfind(self._cell + end) for end in (b" ", b">", b"\n", b"\t", b"\r"))
        cell = self._tokens.match(self._before, at) if at >= 0 else None
        return _shown(cell) if cell else NOWHERE


def _shown(cell: re.Match[bytes]) -> str:
    return (cell[1] or NOWHERE.encode()).decode()


def _of_array(attributes: bytes) -> Iterator[str]:
    """The cells that an array formula fills besides its own; they hold nothing but what it came to."""
    found = _RANGE.search(attributes) if _ARRAY.search(attributes) else None
    if found is None:
        return
    first, top, last, bottom = found.groups()
    rows, columns = range(int(top), min(int(bottom), LAST_ROW) + 1), range(number_of(first), number_of(last) + 1)
    yield from islice((f"{letters(column - 1)}{row}" for row in rows for column in columns), MOST_FORMULAS + 1)
