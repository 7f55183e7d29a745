"""One column of a sheet, many cells at a time: texts that repeat are read once in a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fapiao.bureau_files.cells import BadCell, Cell, Reader
from fapiao.bureau_files.readers import Unknown

UNREADABLE: Final = "\x00"
"""Stands for a cell that cannot be read; no reader returns it, for texts lose their NUL characters."""
_TEXTS = {str}
_SELDOM_EQUAL = 2
_REMEMBERED = 8192
"""Different texts of a column at most; one with more is no longer one that repeats."""


@dataclass(slots=True)
class ColumnReader:
    """Where a column of ours stands in a sheet, and how one cell of it is read."""

    name: str
    position: int
    read: Reader
    _read_before: dict[Cell, str | None] = field(default_factory=dict)
    _repeats: bool = True

    def read_all(self, cells: Sequence[Cell]) -> list[str | None]:
        """The cells in their order, UNREADABLE where there is a problem to name."""
        if self._repeats and set(map(type, cells)) == _TEXTS:  # true and 1 are equal, but do not read the same
            different = set(cells)
            self._repeats = len(different) * _SELDOM_EQUAL < len(cells) and len(self._read_before) < _REMEMBERED
            return self._repeated(cells, different)
        try:
            return list(map(self.read, cells))
        except (BadCell, Unknown):
            return list(map(self._attempt, cells))

    def _repeated(self, cells: Sequence[Cell], different: set[Cell]) -> list[str | None]:
        texts = self._read_before
        for cell in different.difference(texts):
            texts[cell] = self._attempt(cell)
        return list(map(texts.__getitem__, cells))

    def _attempt(self, cell: Cell) -> str | None:
        try:
            return self.read(cell)
        except (BadCell, Unknown):
            return UNREADABLE
