"""The sheets of one workbook as parts that can be read row by row; documents come before their lines."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from fapiao.bureau_files.derived import StatedDocuments, Values
from fapiao.bureau_files.layouts import FileRules, Layout
from fapiao.bureau_files.loading import loading
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.recognition import (
    FIRST_ROWS,
    Candidates,
    FoundLayout,
    Head,
    candidates_of,
    check_columns,
    is_foreign,
    one_family,
    unrecognised,
)
from fapiao.bureau_files.records import FileRefusal, RowFate, at_sheet
from fapiao.bureau_files.sheet_cells import OpenSheet, open_sheet
from fapiao.bureau_files.sheet_rows import RowReader, title_type

_TAXPAYER = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{15,20}(?![0-9A-Z])")
_PERIOD = re.compile(r"(?<!\d)(20\d{2})[年-]?(0[1-9]|1[0-2])(?!\d)")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One recognised sheet."""

    sheet: str
    layout: Layout
    unknown_headings: tuple[str, ...]
    rows: Callable[[], Iterator[RowFate]]
    """Starts reading from the first row below the headings; may be called again while the file is open."""

    @property
    def role(self) -> str:
        """documents or lines."""
        return self.layout.role


def read_sheets(looked: Looked, where: str, rules: FileRules, notes: list[str]) -> Iterator[SheetPart]:
    """The parts of a workbook that has been looked into already. Raises FileRefusal, maybe after a part was read.

    A sheet of documents whose headings only one family knows is read while those after it load. calamine holds a whole
    sheet; beyond that a row is made when it is asked for. `notes` is told which sheets and columns were left out.
    """
    known = StatedDocuments()
    sheets: dict[str, tuple[OpenSheet, Head]] = {}
    candidates: dict[str, Candidates] = {}
    handed_out: set[str] = set()
    foreign: list[tuple[str, Head]] = []
    with loading(looked, rules.left_out_sheets, where) as coming:
        for name, wait in coming.items():
            sheet = open_sheet(wait(), looked)
            if not (head := _head(sheet)):
                continue
            if is_foreign(head, rules):
                foreign.append((name, head))
                continue
            sheets[name] = sheet, head
            candidates[name] = candidates_of(head, rules, at_sheet(where, name))
            if match := _certain(candidates.values()):
                check_columns(match, at_sheet(where, name))
                handed_out.add(name)
                yield _noted(_part(sheet, match, rules, known, head), where, notes)
    if not sheets:
        raise _nothing_of_the_bureau(foreign, rules, where)
    notes.extend(f"{at_sheet(where, name)}：不是税局文件的工作表，没有读取。" for name, _ in foreign)
    matches = one_family(candidates, rules, where)
    for name, match in sorted(matches.items(), key=lambda item: item[1].layout.role):
        if name not in handed_out:
            yield _noted(_part(sheets[name][0], match, rules, known, sheets[name][1]), where, notes)


def _noted(part: SheetPart, where: str, notes: list[str]) -> SheetPart:
    """Tells which columns of a sheet are not read; its rows are."""
    if part.unknown_headings:
        notes.append(
            f"{at_sheet(where, part.sheet)}：列“{'、'.join(part.unknown_headings)}”不是税局文件的列，没有读取。"
        )
    return part


def _nothing_of_the_bureau(foreign: Sequence[tuple[str, Head]], rules: FileRules, where: str) -> FileRefusal:
    if not foreign:
        return FileRefusal("工作簿里没有数据；请从税局重新导出", where)
    name, head = foreign[0]
    return FileRefusal(unrecognised(head, rules), at_sheet(where, name))


def _certain(candidates: Collection[Candidates]) -> FoundLayout | None:
    """The match of the last of these sheets where no other can be chosen for it, and none before it comes first."""
    *before, last = candidates
    undecided = any(len(one) > 1 for one in before)
    match = next(iter(last.values()))
    return None if undecided or len(last) > 1 or match.layout.role != "documents" else match


def _head(sheet: OpenSheet) -> Head:
    return [(row_no, row) for row_no, row in islice(sheet.rows(), FIRST_ROWS) if any(row)]


def _part(sheet: OpenSheet, match: FoundLayout, rules: FileRules, known: StatedDocuments, head: Head) -> SheetPart:
    preamble = tuple(
        cell.strip() for row_no, row in head if row_no < match.row_no for cell in row
        if isinstance(cell, str) and cell.strip()
    )  # fmt: skip
    code, title = title_type(preamble) if match.layout.type_from == "title" else (None, None)
    constants: Values = {"invoice_type": code} if match.layout.type_from == "title" else {}
    if match.layout.tells == "usage":
        constants["tax_period"] = _first(_PERIOD, preamble)
    if match.layout.directions == ("input",):
        constants["buyer_tax_no"] = _first(_TAXPAYER, preamble)

    def rows() -> Iterator[RowFate]:
        return RowReader(sheet, match, rules, known, constants, title).verdicts()

    return SheetPart(sheet.name, match.layout, match.unknown, rows)


def _first(pattern: re.Pattern[str], texts: tuple[str, ...]) -> str | None:
    found = next((match for text in texts if (match := pattern.search(text))), None)
    return "".join(found.groups()) or found.group() if found else None
