"""Rows into an .xlsx file, streamed: numbers stay numbers, 20-digit texts stay texts."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from fapiao.errors import Unusable

ROWS_OF_A_SHEET = 1_048_575
"""What Excel takes below the headings."""


def write_workbook(
    file: Path, headings: Sequence[str], rows: Iterable[Sequence[object]], rows_of_a_sheet: int = ROWS_OF_A_SHEET
) -> None:
    """Sheets with bold headings, as many as Excel needs; one row is in memory at a time.

    The file appears whole or not at all. Raises Unusable when it cannot be written.
    """
    book, left = Workbook(write_only=True), iter(rows)
    row = next(left, None)
    while row is not None or not book.worksheets:
        row = _sheet(book, headings, row, left, rows_of_a_sheet)
    unfinished = file.with_name(file.name + ".part")
    try:
        book.save(unfinished)
        unfinished.replace(file)
    except OSError as refused:
        raise Unusable(f"{file} cannot be written: {refused.strerror}; choose another folder") from refused


def _sheet(
    book: Workbook,
    headings: Sequence[str],
    row: Sequence[object] | None,
    left: Iterator[Sequence[object]],
    room: int,
) -> Sequence[object] | None:
    """Fills one sheet; returns the first row that had no room."""
    number = len(book.worksheets) + 1
    sheet = book.create_sheet("fapiao" if number == 1 else f"fapiao {number}")
    sheet.freeze_panes = "A2"
    with closing(sheet):
        sheet.append([_bold(_text(sheet, heading)) for heading in headings])
        while row is not None and room:
            sheet.append([_value(sheet, value) for value in row])
            row, room = next(left, None), room - 1
    return row


def _bold(cell: WriteOnlyCell) -> WriteOnlyCell:
    cell.font = Font(bold=True)
    return cell


def _text(sheet: WriteOnlyWorksheet, value: str) -> WriteOnlyCell:
    """A text that Excel takes for a text: no formula though it begins with `=`, and without control characters."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value))
    cell.data_type = "s"
    return cell


def _value(sheet: WriteOnlyWorksheet, value: object) -> object:
    if isinstance(value, list | tuple):
        return _value(sheet, ",".join(map(str, value)))
    if isinstance(value, str):
        return _text(sheet, value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
