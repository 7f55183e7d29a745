"""Writes sheets as the bureau does: .xls by xlwt (BIFF8 in an OLE container), .xlsx by openpyxl."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime

import openpyxl
import xlwt

from simulator.bureau_files.sheets import Sheet

_MADE = datetime(2026, 2, 3, 10, 20, 30)  # noqa: DTZ001 a workbook has no zone
_ZIP_TIME = (2026, 2, 3, 10, 20, 30)
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')


def xls_bytes(sheets: Iterable[Sheet]) -> bytes:
    """An Excel-97 workbook; days are date cells."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for y, row in enumerate(sheet.rows):
            for x, cell in enumerate(row):
                if cell != "":
                    page.write(y, x, cell, day) if isinstance(cell, date) else page.write(y, x, cell)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def xlsx_bytes(sheets: Iterable[Sheet], *, wrong_dimension: bool = False) -> bytes:
    """A workbook; the newer platform announces one cell as its whole `<dimension>`. The same sheets, the same bytes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = _MADE
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        for row in sheet.rows:
            page.append([None if cell == "" else cell for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return _again(kept.getvalue(), wrong_dimension=wrong_dimension)


def _again(content: bytes, *, wrong_dimension: bool) -> bytes:
    """The package with fixed times and, where wanted, a dimension of one cell."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            body = old.read(entry)
            if entry.filename == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-02-03T10:20:30Z", body)
            if wrong_dimension and entry.filename.startswith("xl/worksheets/"):
                body = _DIMENSION.sub(b'<dimension ref="A1"', body)
            new.writestr(zipfile.ZipInfo(entry.filename, _ZIP_TIME), body, zipfile.ZIP_DEFLATED)
    return kept.getvalue()
