"""How many sheets a table needs in Excel, what they are called, and which rows stand on which."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from fapiao.exports.cells import LONGEST_TEXT, Cell, text

ROWS_OF_A_SHEET = 1_048_575
"""Excel's 1,048,576 lines, less the headings."""

Row = Sequence[Cell]


def titles(title: str, rows: int, room: int = ROWS_OF_A_SHEET) -> list[str]:
    """The names of the sheets that `rows` rows fill: `发票`, `发票 2`, …; one even where there are none."""
    pages = max(1, -(-rows // room))
    return [title, *(f"{title} {number}" for number in range(2, pages + 1))]


def records(headings: Sequence[str], rows: Iterator[Row], room: int | None) -> Iterator[dict[str, Any]]:
    """The next `room` rows (None: all that are left) by heading, their texts fit for cells.

    Where there are none, one record of nothing, so that the headings stand.
    """
    any_row = False
    for row in islice(rows, room):
        any_row = True
        yield dict(zip(headings, row if _fits(row) else map(_fitted, row), strict=True))
    if not any_row:
        yield dict.fromkeys(headings)


def _fits(row: Iterable[Cell]) -> bool:
    """Whether no text of the row needs mending; one look at all of them together, for there are millions."""
    texts = "".join([value for value in row if value.__class__ is str])
    return texts.isprintable() and len(texts) <= LONGEST_TEXT


def _fitted(value: Cell) -> Cell:
    return text(value) if isinstance(value, str) else value
