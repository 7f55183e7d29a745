"""Writes .xlsx files: rows stream into sheets one by one, and the file appears whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheets

from fapiao.exports.cells import FORMS, cell
from fapiao.exports.columns import Column
from fapiao.exports.pages import ROWS_OF_A_SHEET, Package, Row, fitted, packages, records, titles
from hooks.exports.written_whole import written_whole

WIDTHS = {"text": 22.0, "money": 14.0, "number": 12.0, "count": 10.0, "date": 12.0, "instant": 20.0}

Progress = Callable[[int], None]
"""Told how many rows are written so far."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook.

    `packages` are some rows at a time, as columns of cells (fapiao.exports.cells) in the order of `columns`; they are
    read once and kept no longer than it takes to write them. `total` says how many rows there are: the sheets are laid
    out before the first is read.
    """

    title: str
    columns: Sequence[Column]
    packages: Iterable[Package]
    total: int


def write_workbook(
    file: Path, sheets: Sequence[Sheet], progress: Progress | None = None, room: int = ROWS_OF_A_SHEET
) -> int:
    """Writes the sheets, each with bold headings that stay in sight; returns how many rows there are.

    A table that is longer than Excel allows goes on in a sheet of the same name with a number. Until the last byte is
    written the file has another name. Raises Unusable when the disk does not take it; what stood there before stays.
    """
    count = _Count(progress)
    tables: list[tuple[str, Any]] = []
    looks: dict[str, Sequence[Column]] = {}
    for sheet in sheets:
        names, rows = titles(sheet.title, sheet.total, room), count.passing(sheet.packages)
        headings = [column.heading for column in sheet.columns]
        for name in names:
            tables.append((name, records(headings, rows, None if name == names[-1] else room)))
            looks[name] = sheet.columns
    with written_whole(file) as unfinished:
        write_worksheets(
            tables,
            str(unfinished),
            bold_headers=True,
            freeze_panes={"general": {"row": 1, "col": 0}},
            column_formats={name: {one.heading: _format(one) for one in columns} for name, columns in looks.items()},
            column_widths={name: {one.heading: _width(one) for one in columns} for name, columns in looks.items()},
            ignore_errors={name: [one.heading for one in columns if _is_text(one)] for name, columns in looks.items()},
        )
    return count.rows


def write_table(
    file: Path, title: str, forms: Mapping[str, str], rows: Iterable[Sequence[object]], total: int | None = None
) -> int:
    """One table of any values, as a list of verdicts is; `forms` gives the form (cells.FORMS) of every heading.

    Returns how many rows there are. Without `total`, rows that have no length are collected first. Raises Unusable
    when the disk does not take it.
    """
    if total is None:
        rows = rows if isinstance(rows, Sized) else list(rows)
        total = len(rows)
    columns = [Column(heading, heading, form) for heading, form in forms.items()]
    cells = (list(map(cell, row, forms.values())) for row in rows)
    return write_workbook(file, [Sheet(title, columns, packages(cells), total)])


class _Count:
    """Counts the rows of all sheets as they pass, and says so now and then."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.rows = 0

    def passing(self, packages: Iterable[Package]) -> Iterator[Row]:
        """The rows one by one, their texts fit for cells."""
        return chain.from_iterable(map(self._counted, packages))

    def _counted(self, package: Package) -> Iterator[Row]:
        self.rows += len(package[0])
        if self._progress:
            self._progress(self.rows)
        return zip(*fitted(package), strict=True)


def _is_text(column: Column) -> bool:
    return column.cell in (None, "text")


def _format(column: Column) -> Format:
    form = Format().set_num_format(FORMS[column.cell or "text"])
    return form.set_quote_prefix() if _is_text(column) else form


def _width(column: Column) -> float:
    return WIDTHS[column.cell or "text"]
