"""How many sheets a table needs in Excel, what they are called, and which rows stand on which.

Rows come in packages of columns, and are rows again only on their way into the file: there are millions of cells, and
a loop in Python over each of them would take longer than writing them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from fapiao.exports.cells import LONGEST_TEXT, Cell, text

ROWS_OF_A_SHEET = 1_048_575
"""Excel's 1,048,576 lines, less the headings."""
PACKAGE = 250
"""Rows that are in memory at once: as few as stay in the processor's cache until they are written."""

Row = Sequence[Cell]
Package = Sequence[Sequence[Cell]]
"""Some rows, column by column: every column as long as the others."""


def titles(title: str, rows: int, room: int = ROWS_OF_A_SHEET) -> list[str]:
    """The names of the sheets that `rows` rows fill: `发票`, `发票 2`, …; one even where there are none."""
    pages = max(1, -(-rows // room))
    return [title, *(f"{title} {number}" for number in range(2, pages + 1))]


def packages(rows: Iterable[Row]) -> Iterator[list[Sequence[Cell]]]:
    """The rows, some at a time."""
    left = iter(rows)
    while package := list(islice(left, PACKAGE)):
        yield list(zip(*package, strict=True))


def records(headings: Sequence[str], rows: Iterator[Row], room: int | None) -> Iterator[dict[str, Any]]:
    """The next `room` rows (None: all that are left) by heading, one after the other in the same record.

    Where there are none, one record of nothing, so that the headings stand.
    """
    page = islice(rows, room)
    record: dict[str, Any] = dict.fromkeys(headings)
    first = next(page, None)
    if first is None:
        yield record
        return
    for row in chain((first,), page):
        record.update(zip(headings, row, strict=True))
        yield record


def fitted(package: Package) -> Package:
    """The package, its texts fit for cells."""
    return [
        column if _fits(column) else [text(value) if isinstance(value, str) else value for value in column]
        for column in package
    ]


def _fits(column: Sequence[Cell]) -> bool:
    """Whether no text of a column needs mending."""
    together = _together(column)
    return together.isprintable() and (
        len(together) <= LONGEST_TEXT or all(len(value) <= LONGEST_TEXT for value in column if isinstance(value, str))
    )


def _together(column: Sequence[Any]) -> str:
    """The texts of a column; most columns have nothing else."""
    try:
        return "".join(column)
    except TypeError:
        return "".join([value for value in column if value.__class__ is str])
