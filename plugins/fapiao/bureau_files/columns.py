"""One column of a sheet, many cells at a time: what repeats is read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fapiao.bureau_files.cells import BadCell, Cell, Reader
from fapiao.bureau_files.readers import Unknown

UNREADABLE: Final = "\x00"
"""Stands for a cell that cannot be read; no reader returns it, for texts lose their NUL characters."""


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Where a column of ours stands in a sheet, and how one cell of it is read."""

    name: str
    position: int
    read: Reader

    def read_all(self, cells: Sequence[Cell]) -> list[str | None]:
        """The cells in their order, UNREADABLE where there is a problem to name."""
        if bool in set(map(type, cells)):  # true and 1 are equal, but do not read the same
            return list(map(self._attempt, cells))
        different = set(cells)
        texts = dict(zip(different, map(self._attempt, different), strict=True))
        return list(map(texts.__getitem__, cells))

    def _attempt(self, cell: Cell) -> str | None:
        try:
            return self.read(cell)
        except (BadCell, Unknown):
            return UNREADABLE
