"""What the reader of bureau files hands out: rows, a verdict on each, and the refusal of a whole file."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from fapiao.errors import BadInput

Kind = Literal["ok", "skipped", "rejected", "quarantined"]

DOUBLE = "单元格 {} 出现两次，无法确定取哪一个，未打开；请从税局重新导出"
"""Of a sheet with two cells of one address, {} is the address."""


def at_sheet(where: str, sheet: str) -> str:
    """The place of a sheet: the file's, and the sheet's name."""
    return f"{where}，工作表“{sheet}”"


class FileRefusal(BadInput):
    """The file is not taken at all: one `sentence`, and `where` it stands (file, sheet, cell)."""

    def __init__(self, sentence: str, where: str) -> None:
        super().__init__([f"{where}：{sentence}"])
        self.sentence = sentence
        self.where = where


class SheetRow(NamedTuple):
    """One row of a sheet; `row_no` counts from 1 as Excel does.

    `values` has the fields of fields.yaml that the layout fills, None for an empty cell: codes as the pool has them,
    amounts as decimal text, rates as decimal text (0.13), days YYYY-MM-DD, instants YYYY-MM-DD HH:MM:SS in
    Asia/Shanghai without offset. On a row of role `lines` the names that a line has too (amount, tax_rate, tax_amount)
    are the line's. `raw` has every cell by its heading as text, those without a field of ours too.
    """

    sheet: str
    row_no: int
    values: Mapping[str, str | None]
    raw: Mapping[str, str]


class RowFate(NamedTuple):
    """What becomes of a row: ok (taken), skipped (a sum, a note), rejected (unreadable), quarantined (unknown text).

    `sentence` says why in Chinese, with the cell's address; it is empty for ok.
    """

    row: SheetRow
    kind: Kind
    sentence: str = ""
