"""The rows of a sheet as Excel numbers them, with what its reader leaves out: error, formula and merged cells."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

from python_calamine import CalamineSheet

from fapiao.bureau_files.cells import Cell, NoValue
from fapiao.bureau_files.headings import number_of
from fapiao.bureau_files.loading import sentences
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.records import FileRefusal

_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_ERROR = NoValue("单元格是错误值（如 #N/A、#REF!），读不出内容；请改正后重新上传")
_FORMULA = NoValue("单元格是公式，读不出可靠的内容；请以数值方式粘贴，或上传税局导出的原文件")
_MERGED = NoValue("单元格与上面的行合并，无法确定这一行的值；请取消合并并逐行填写")

NumberedRow = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A loaded sheet; `broken` are its cells without a sure value: row (from 1), position (from 0), why."""

    name: str
    loaded: CalamineSheet
    broken: Mapping[int, Mapping[int, NoValue]]
    from_1904: bool

    def rows(self) -> Iterator[NumberedRow]:
        """Every row from column A on; a sheet may end before its last such cell."""
        left: list[Cell] = [""] * (self.loaded.start[1] if self.loaded.start else 0)
        plain = self._loaded_rows()
        rows = enumerate((left + row for row in plain) if left else plain, start=1)
        return _with_broken(rows, self.broken) if self.broken else rows

    def _loaded_rows(self) -> Iterator[list[Cell]]:
        """calamine makes a row when it is asked for, which may fail as late as that."""
        with sentences(self.name):
            yield from cast("Iterator[list[Cell]]", self.loaded.iter_rows())

    def rows_below(self, heading_row: int, repeated: Collection[int]) -> Iterator[NumberedRow]:
        """The rows under the headings; cells merged over rows repeat their value in the positions `repeated`."""
        rows = islice(self.rows(), heading_row, None)
        merged = [
            (first, last)
            for first, last in self.loaded.merged_cell_ranges or ()
            if first[0] >= heading_row and last[0] > first[0]
        ]
        if merged:
            self._refuse_overlaps(merged)
        return _unmerged(rows, merged, repeated) if merged else rows

    def _refuse_overlaps(self, merged: "list[Range]") -> None:
        """Ranges that lie beside each other have no more cells than their sheet. Raises FileRefusal."""
        height, width = self.loaded.end or (0, 0)
        cells = sum(
            max(0, min(last[0], height) - first[0] + 1) * max(0, min(last[1], width) - first[1] + 1)
            for first, last in merged
        )
        if cells > (height + 1) * (width + 1):
            raise FileRefusal("合并的单元格互相重叠，未打开；请取消合并后再上传", self.name)


def open_sheet(loaded: CalamineSheet, looked: Looked) -> OpenSheet:
    """A sheet with what was found in it before."""
    broken: dict[int, dict[int, NoValue]] = defaultdict(dict)
    for found, why in ((looked.formulas, _FORMULA), (looked.errors, _ERROR)):
        for match in map(_ADDRESS.fullmatch, found.get(loaded.name, ())):
            if match:
                broken[int(match[2])][number_of(match[1].encode()) - 1] = why
    return OpenSheet(loaded.name, loaded, broken, looked.from_1904)


_NONE: Mapping[int, NoValue] = {}


def _with_broken(rows: Iterator[NumberedRow], broken: Mapping[int, Mapping[int, NoValue]]) -> Iterator[NumberedRow]:
    last = 0
    for last, row in rows:
        for position, why in broken.get(last, _NONE).items():
            _put(row, position, why)
        yield last, row
    for number in sorted(number for number in broken if number > last):
        row = []
        for position, why in broken[number].items():
            _put(row, position, why)
        yield number, row


Range = tuple[tuple[int, int], tuple[int, int]]


def _unmerged(rows: Iterator[NumberedRow], merged: list[Range], repeated: Collection[int]) -> Iterator[NumberedRow]:
    """Excel keeps the value of merged cells in the first of them only."""
    waiting = sorted(merged, reverse=True)
    open_: list[tuple[int, int, Cell]] = []
    for number, row in rows:
        open_ = [one for one in open_ if one[0] >= number]
        for _, position, value in open_:
            _put(row, position, value if position in repeated else _MERGED)
        while waiting and waiting[-1][0][0] < number:
            (_, left), (last, right) = waiting.pop()
            value = row[left] if left < len(row) else ""
            open_ += [(last + 1, position, value) for position in range(left, min(right, len(row) - 1) + 1)]
        yield number, row


def _put(row: list[Cell], position: int, value: Cell) -> None:
    row += [""] * (position + 1 - len(row))
    row[position] = value
