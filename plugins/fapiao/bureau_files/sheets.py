"""The sheets of one workbook as parts that can be read row by row; documents come before their lines."""

import io
import re
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from fapiao.bureau_files.cells import Cell
from fapiao.bureau_files.derived import Papers, Values
from fapiao.bureau_files.layouts import FileRules, Layout
from fapiao.bureau_files.recognition import FIRST_ROWS, Head, Match, recognise
from fapiao.bureau_files.records import Refusal, Verdict
from fapiao.bureau_files.sheet_rows import RowReader, title_type
from fapiao.bureau_files.sniffing import OLE

_TAXPAYER = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{15,20}(?![0-9A-Z])")
_PERIOD = re.compile(r"(?<!\d)(20\d{2})[年-]?(0[1-9]|1[0-2])(?!\d)")
_SIDE_BY_SIDE = 2
"""Sheets that load at once; each book keeps the shared texts of the file, so more of them cost memory."""
_Row = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One recognised sheet. `preamble`: the texts above the headings, and the 税号 and 税款所属期 (YYYYMM) they name.

    `title` is the text that should say the 票种 where no column does.
    """

    sheet: str
    layout: Layout
    heading_row: int
    unknown_headings: tuple[str, ...]
    preamble: tuple[str, ...]
    taxpayer_no: str | None
    tax_period: str | None
    title: str | None
    rows: Callable[[], Iterator[Verdict]]
    """Starts reading from the first row below the headings; may be called again while the file is open."""

    @property
    def role(self) -> str:
        """documents or lines."""
        return self.layout.role


def read_sheets(content: bytes, where: str, rules: FileRules) -> Iterator[SheetPart]:
    """The parts of a workbook that has been looked into already. Raises Refusal.

    calamine holds a whole sheet; beyond that a row is made when it is asked for.
    """
    with _sentences(where):
        sheets = _loaded(content, rules.left_out_sheets)
        heads = {name: head for name, sheet in sheets.items() if (head := _head(sheet))}
    if not heads:
        raise Refusal("工作簿里没有数据；请从税局重新导出", where)
    matches = recognise(heads, rules, where)
    papers: Papers = {}
    for name, match in sorted(matches.items(), key=lambda item: item[1].layout.role):
        yield _part(sheets[name], match, rules, papers, heads[name])


def _loaded(content: bytes, left_out: Collection[str]) -> dict[str, CalamineSheet]:
    """The sheets by name: those of an .xlsx side by side, for calamine works without the GIL.

    An .xls is parsed whole as soon as it is opened.
    """
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = [name for name in book.sheet_names if name not in left_out]
    if content.startswith(OLE) or len(names) == 1:
        return {name: book.get_sheet_by_name(name) for name in names}
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as loaders:
        return dict(zip(names, loaders.map(partial(_alone, content), names), strict=True))


def _alone(content: bytes, name: str) -> CalamineSheet:
    """A sheet out of a book of its own: a book gives one at a time."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name)


@contextmanager
def _sentences(where: str) -> Iterator[None]:
    """Turns what calamine raises into a refusal; on some damaged files it panics, which is no Exception."""
    try:
        yield
    except PasswordError as locked:
        raise Refusal("工作簿设有打开密码，未打开；请去掉密码后再上传", where) from locked
    except (CalamineError, OSError, ValueError) as damaged:
        raise Refusal(f"工作簿损坏，无法读取（{damaged}）；请从税局重新导出", where) from damaged
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise Refusal("工作簿损坏，无法读取；请从税局重新导出", where) from panic


def _head(sheet: CalamineSheet) -> Head:
    return [(row_no, row) for row_no, row in islice(_rows(sheet), FIRST_ROWS) if any(row)]


def _rows(sheet: CalamineSheet) -> Iterator[_Row]:
    """Rows as Excel numbers them, each from column A on."""
    left = sheet.start[1] if sheet.start else 0
    for row_no, row in enumerate(sheet.iter_rows(), start=1):
        yield row_no, [""] * left + row if left else row


def _part(sheet: CalamineSheet, match: Match, rules: FileRules, papers: Papers, head: Head) -> SheetPart:
    preamble = tuple(
        cell.strip() for row_no, row in head if row_no < match.row_no for cell in row
        if isinstance(cell, str) and cell.strip()
    )  # fmt: skip
    taxpayer_no, period = _first(_TAXPAYER, preamble), _first(_PERIOD, preamble)
    code, title = title_type(preamble) if match.layout.type_from == "title" else (None, None)
    constants: Values = {"invoice_type": code} if match.layout.type_from == "title" else {}
    if match.layout.tells == "usage":
        constants["tax_period"] = period
    if match.layout.directions == ("input",):
        constants["buyer_tax_no"] = taxpayer_no

    def rows() -> Iterator[Verdict]:
        reader = RowReader(sheet.name, match, rules, papers, constants, title)
        return reader.verdicts(islice(_rows(sheet), match.row_no, None))

    return SheetPart(sheet.name, match.layout, match.row_no, match.unknown, preamble, taxpayer_no, period, title, rows)


def _first(pattern: re.Pattern[str], texts: tuple[str, ...]) -> str | None:
    found = next((match for text in texts if (match := pattern.search(text))), None)
    return "".join(found.groups()) or found.group() if found else None
