"""Reads a filled list (引入清单): its rows, and what of them is wrong before the pool is asked (rules 1 and 2)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import cast

from fapiao.bureau_files.layouts import file_rules
from fapiao.enterprise.form import Problems, check_columns
from fapiao.enterprise.headings import in_columns, written
from fapiao.identifiers import taxpayer_no
from fapiao.identity import spelled
from fapiao.rules.book import rulebook
from fapiao.rules.spellings import Spellings, folded
from fapiao.rules.templates import table_named
from fapiao.selection.answers import Action
from fapiao.selection.checks import OTHER
from fapiao.selection.list_rules import MISSING, TWICE, list_rules
from fapiao.tables.lines import Line, Table, heading
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.places import told

SHEET = "引入清单"
_THE_BUREAUS = "customs_no_deduction_list"
ACTION, CUSTOMS_NO, REASON, REASON_TEXT = "是否勾选", "缴款书号码", "不抵扣原因", "其他原因说明"
TAXPAYER_NO, INVOICE_CODE, INVOICE_NO = "企业税号", "发票代码", "发票号码"
COLUMNS = (ACTION, CUSTOMS_NO, REASON, REASON_TEXT, TAXPAYER_NO, INVOICE_CODE, INVOICE_NO)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not taken: our code, the sentence byte for byte, and which columns it is about."""

    code: str
    text: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list; `cells` is what was written, the rest what it means, None where it means nothing."""

    where: str
    cells: dict[str, str]
    action: Action | None
    customs_no: str | None
    invoice_code: str | None
    invoice_no: str | None
    taxpayer_no: str | None
    reason: str | None
    reason_text: str | None
    problems: tuple[Problem, ...] = ()

    @property
    def number(self) -> tuple[str, str] | None:
        """What tells its paper from others: 缴款书号码, or 发票代码 and 发票号码."""
        if self.customs_no:
            return "customs", self.customs_no
        return (self.invoice_code or "", self.invoice_no) if self.invoice_no else None


def list_rows(files: Sequence[list[Table]]) -> list[ListRow]:
    """The rows of all the files, each with what rules 1 and 2 say of it.

    Raises BadInput with everything that keeps a file from being a list: columns nobody reads or that are not there, no
    record at all.
    """
    complaints = Problems()
    tables = _lists(files)
    for table in tables:
        strange = _strange(table)
        check_columns(table, (*COLUMNS, *(name for name in strange if not _is_near(name, table))), complaints)
        _check_needed(table, complaints)
    if not any(table.lines for table in tables) and not complaints.problems:
        complaints.problems.append(sentence("selection_files.no_rows"))
    complaints.refuse()
    return _without_twins([_row(line) for table in tables for line in table.lines])


def _lists(files: Sequence[list[Table]]) -> list[Table]:
    """Of a workbook the sheet with our name, or the first; of another file the first table; under our columns."""
    found = [table for tables in files for table in _of_list(tables)]
    return [in_columns(table, SHEET, _spellings()) for table in found]


def _of_list(tables: list[Table]) -> list[Table]:
    return [table for table in tables if table_named(table.name) == SHEET] or tables[:1]


def unread_columns(files: Sequence[list[Table]]) -> list[str]:
    """A sentence about every column that is in a list and means nothing here; its rows are read without it."""
    return [
        sentence("selection_files.unread_column", list=table.source, name=name)
        for table in _lists(files)
        for name in _strange(table)
        if not _is_near(name, table)
    ]


def _strange(table: Table) -> list[str]:
    return [name for name in written(table) if name and name not in COLUMNS]


def _is_near(name: str, table: Table) -> bool:
    """Whether a heading may be one of ours, misspelt: then nobody knows what was meant."""
    return bool(get_close_matches(name, [table.names.get(column, column) for column in COLUMNS], 1))


@cache
def _spellings() -> dict[str, str]:
    """Other headings of our columns: those of the bureau's own list, which clerks copy."""
    (layout,) = (one for one in file_rules().layouts if one.id == _THE_BUREAUS)
    ours = {"selection_status": ACTION, "document_key": CUSTOMS_NO, "not_deductible_type": REASON}
    return {heading(other): name for column, name in ours.items() for other in layout.columns[column] if other != name}


def _check_needed(table: Table, complaints: Problems) -> None:
    there = set(written(table))
    missing = [] if ACTION in there else [ACTION]
    if not there & {CUSTOMS_NO, INVOICE_NO}:
        missing.append(CUSTOMS_NO)
    if missing:
        names = listed(table.names.get(column, column) for column in missing)
        complaints.problems.append(told(table.source, sentence("selection_files.no_columns", columns=names)))


@cache
def _words(kind: str) -> Spellings:
    return rulebook().words(kind)


def _row(line: Line) -> ListRow:
    cells = {name: value for name in COLUMNS if (value := _text(line, name))}
    strange: list[str] = []
    action = _code(cells, ACTION, "selection_list_action", strange)
    row = ListRow(
        where=line.where(),
        cells=cells,
        action=cast("Action | None", action),
        customs_no=spelled(cells[CUSTOMS_NO]) if CUSTOMS_NO in cells else None,
        invoice_code=cells.get(INVOICE_CODE),
        invoice_no=cells.get(INVOICE_NO),
        taxpayer_no=_taxpayer_no(cells, strange),
        reason=_code(cells, REASON, "not_deductible_type", strange),
        reason_text=cells.get(REASON_TEXT),
    )
    return replace(row, problems=(*_missing(row), *_unknown(strange)))


def _text(line: Line, name: str) -> str:
    cell = line.cells.get(name)
    value = cell.value if cell else ""
    return value if isinstance(value, str) else ",".join(value)


def _code(cells: dict[str, str], name: str, kind: str, strange: list[str]) -> str | None:
    if name not in cells:
        return None
    found = _words(kind).spellings.get(folded(cells[name]))
    if found is None:
        strange.append(name)
    return found


def _taxpayer_no(cells: dict[str, str], strange: list[str]) -> str | None:
    try:
        return taxpayer_no(cells[TAXPAYER_NO]) if TAXPAYER_NO in cells else None
    except ValueError:
        strange.append(TAXPAYER_NO)
        return None


def _missing(row: ListRow) -> list[Problem]:
    """Rule 1: 是否勾选, a number, and for 勾选 the 不抵扣原因, with words for 其他 (R194, R196)."""
    needed = [ACTION, *([] if row.number else [CUSTOMS_NO])]
    if row.action == "select":
        needed += [REASON, *([REASON_TEXT] if row.reason == OTHER else [])]
    columns = tuple(name for name in needed if name not in row.cells)
    return [broken_rule(MISSING, columns)] if columns else []


def _unknown(columns: list[str]) -> list[Problem]:
    return [Problem("UNKNOWN_WORD", rulebook().message("list_word", "import"), tuple(columns))] if columns else []


def _without_twins(rows: list[ListRow]) -> list[ListRow]:
    """Rule 2: every row of a document that stands there more than once is told so (R197)."""
    counts = Counter(row.number for row in rows if row.number)
    return [
        replace(row, problems=(*row.problems, broken_rule(TWICE))) if row.number and counts[row.number] > 1 else row
        for row in rows
    ]


def broken_rule(number: int, columns: tuple[str, ...] = ()) -> Problem:
    """The problem of a row that breaks a rule, by the manual's number."""
    return Problem(list_rules().rules[number].code, list_rules().text(number), columns)
