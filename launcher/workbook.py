"""Rows into an .xlsx file, streamed: numbers stay numbers, 20-digit texts stay texts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from fapiao.errors import Unusable


def write_workbook(file: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One sheet with bold headings; the file appears whole or not at all. Raises Unusable when it cannot be written."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("fapiao")
    sheet.freeze_panes = "A2"
    sheet.append([_bold(WriteOnlyCell(sheet, heading)) for heading in headings])
    for row in rows:
        sheet.append([_value(value) for value in row])
    unfinished = file.with_name(file.name + ".part")
    try:
        book.save(unfinished)
        unfinished.replace(file)
    except OSError as refused:
        raise Unusable(f"{file} cannot be written: {refused.strerror}; choose another folder") from refused


def _bold(cell: WriteOnlyCell) -> WriteOnlyCell:
    cell.font = Font(bold=True)
    return cell


def _value(value: object) -> object:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
