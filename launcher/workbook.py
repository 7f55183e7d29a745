"""Rows into an .xlsx file, streamed: numbers stay numbers, 20-digit texts stay texts."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from fapiao.errors import Unusable


def write_workbook(file: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One sheet with bold headings; the file appears whole or not at all. Raises Unusable when it cannot be written."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("fapiao")
    sheet.freeze_panes = "A2"
    with closing(sheet):
        sheet.append([_bold(_text(sheet, heading)) for heading in headings])
        for row in rows:
            sheet.append([_value(sheet, value) for value in row])
    unfinished = file.with_name(file.name + ".part")
    try:
        book.save(unfinished)
        unfinished.replace(file)
    except OSError as refused:
        raise Unusable(f"{file} cannot be written: {refused.strerror}; choose another folder") from refused


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
