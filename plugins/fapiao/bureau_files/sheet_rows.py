"""Reads the rows below the headings of one sheet; every row that is not empty gets a verdict.

Cells are read column by column, some rows at a time, and equal ones once: only a row with a cell that cannot be read is
looked at cell by cell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from fapiao.bureau_files.cells import EMPTY, BadCell, Cell
from fapiao.bureau_files.columns import UNREADABLE, ColumnReader
from fapiao.bureau_files.derived import StatedDocuments, Values, derive
from fapiao.bureau_files.headings import canonical, letters
from fapiao.bureau_files.layouts import FileRules
from fapiao.bureau_files.raw_row import RawRow
from fapiao.bureau_files.readers import Unknown, reader_of, type_code
from fapiao.bureau_files.recognition import FoundLayout
from fapiao.bureau_files.records import RowFate, SheetRow
from fapiao.bureau_files.sheet_cells import OpenSheet
from fapiao.identity import BadNumber, NoIdentity
from fapiao.pool_columns.records import LINE_COLUMNS

_PACKAGE = 500
"""Rows that are read together."""
_IDENTITY = ("document_key", "etax_invoice_no", "invoice_code", "invoice_no")
_BEFORE_A_SUM = 4
"""Characters that may stand before its word: 本月合计, 税款合计."""
_SHOWN = 40
"""Characters of a note that a verdict repeats."""
_NEXT = "；请联系管理员补充票种名称后点“重新识别”"
"""What is done about a row that waits for its type to be known."""
_OF_A_LINE = frozenset({*_IDENTITY, "invoice_type", *LINE_COLUMNS})


class RowReader:
    """The readers of a recognised sheet; `constants` and `title` are what the lines above the headings say.

    What a line repeats of a document that a sheet before it stated is not read again.
    """

    def __init__(
        self,
        sheet: OpenSheet,
        match: FoundLayout,
        rules: FileRules,
        known: StatedDocuments,
        constants: Values,
        title: str | None,
    ) -> None:
        self._sheet = sheet
        self._match = match
        self._known = known
        self._constants = constants
        self._title = f"，表头上方是无法识别的票种“{title}”{_NEXT}" if title else "，表头上方也没有写明"
        self._columns = [
            ColumnReader(name, position, reader_of(name, match.layout, rules, from_1904=sheet.from_1904))
            for name, position in match.positions.items()
        ]
        self._own = [column for column in self._columns if column.name in _OF_A_LINE]
        self._names = [name for name in _IDENTITY if name in match.positions]
        self._identity = [match.positions[name] for name in self._names]
        self._sum = re.compile(rf".{{0,{_BEFORE_A_SUM}}}(?:{'|'.join(map(re.escape, rules.sums))})(?:$|[:(0-9])")
        self._days = [match.positions[name] for name in ("issue_date", "issued_at") if name in match.positions]
        self._figures = [match.positions[name] for name in match.positions if _is_figure(name, match, rules)]
        self._width = max(match.positions.values()) + 1

    def verdicts(self) -> Iterator[RowFate]:
        """One of every row below the headings that is not empty, in order."""
        left = self._sheet.rows_below(self._match.row_no, self._identity)
        while package := list(islice(left, _PACKAGE)):
            filled = [row for row in package if any(row[1])]
            for _, cells in filled:
                if len(cells) < self._width:
                    cells.extend([""] * (self._width - len(cells)))
            if filled:
                yield from self._together(filled)

    def _together(self, package: list[tuple[int, list[Cell]]]) -> Iterator[RowFate]:
        stood = list(zip(*(cells for _, cells in package), strict=False))
        stated = self._are_stated(stood)
        readers = self._own if stated else self._columns
        verdict = self._stated if stated else self._verdict
        names = [column.name for column in readers]
        columns = [column.read_all(stood[column.position]) for column in readers]
        bad = any(UNREADABLE in column for column in columns)
        for (row_no, cells), texts in zip(package, zip(*columns, strict=True), strict=True):
            if bad and UNREADABLE in texts:
                yield self._one_by_one(row_no, cells)
            else:
                values = dict(zip(names, texts, strict=True))
                yield verdict(row_no, cells, self._constants | values if self._constants else values)

    def _are_stated(self, stood: Sequence[Sequence[Cell]]) -> bool:
        """Whether all of these rows are lines of documents that were stated, by their 数电发票号码."""
        place = self._match.positions.get("etax_invoice_no")
        return self._match.layout.role == "lines" and place is not None and self._known.stated.issuperset(stood[place])

    def _verdict(self, row_no: int, cells: list[Cell], values: Values) -> RowFate:
        row = SheetRow(self._sheet.name, row_no, values, RawRow(self._match.headings, cells))
        return self._held_back(row, cells, [], []) if self._is_unnamed(cells) else self._completed(row, values)

    def _stated(self, row_no: int, cells: list[Cell], values: Values) -> RowFate:
        """A line of a document that a sheet before stated by its 数电发票号码: nothing is left to find out."""
        if values.get("invoice_code"):
            return self._verdict(row_no, cells, values)
        number = values["etax_invoice_no"]
        values["document"], values["document_key"] = self._match.layout.document, number
        values["invoice_code"], values["invoice_no"] = None, values.get("invoice_no") or number
        return RowFate(SheetRow(self._sheet.name, row_no, values, RawRow(self._match.headings, cells)), "ok")

    def _one_by_one(self, row_no: int, cells: list[Cell]) -> RowFate:
        """A row of which some cell cannot be read: all its problems at once."""
        values: Values = dict(self._constants)
        bad: list[str] = []
        unknown: list[str] = []
        for column in self._columns:
            values[column.name] = None
            try:
                values[column.name] = column.read(cells[column.position])
            except BadCell as problem:
                bad.append(self._at(column.position, row_no, str(problem)))
            except Unknown as problem:
                unknown.append(self._at(column.position, row_no, str(problem)))
        self._name(values, cells)
        row = SheetRow(self._sheet.name, row_no, values, RawRow(self._match.headings, cells))
        return self._held_back(row, cells, bad, unknown)

    def _name(self, values: Values, cells: Sequence[Cell]) -> None:
        """Which document a row with bad cells is about: its numbers must be read, or the 20 digits at least."""
        read = all(values.get(name) or _is_empty(cells[self._match.positions[name]]) for name in self._names)
        if values.get("etax_invoice_no") or (read and not self._names_no_document(cells)):
            with suppress(NoIdentity):
                derive(values, self._match.layout, self._known.digital_numbers)

    def _completed(self, row: SheetRow, values: Values) -> RowFate:
        try:
            derive(values, self._match.layout, self._known.digital_numbers)
        except BadNumber as bad:
            return RowFate(
                row, "rejected", f"第 {row.row_no} 行：{bad.label.split(' ')[0]} {bad.shown} 不符合该票种的号码格式"
            )
        except NoIdentity:
            sentence = f"第 {row.row_no} 行：票据代码或号码不全（数电发票应有 20 位号码），无法确定是哪张票据"
            return RowFate(row, "rejected", sentence)
        if values.get("invoice_type") is None and self._match.layout.role == "documents":
            return RowFate(row, "quarantined", f"第 {row.row_no} 行：没有票种{self._title}")
        if "issue_date" in values and values["issue_date"] is None:
            return RowFate(row, "rejected", self._at(self._match.positions["issue_date"], row.row_no, "没有日期"))
        if self._match.layout.role == "documents":
            self._known.stated.add(values["document_key"])
        return RowFate(row, "ok")

    def _held_back(self, row: SheetRow, cells: Sequence[Cell], bad: list[str], unknown: list[str]) -> RowFate:
        if all(_text_of(cells[at]) == self._match.headings[at] for at in self._match.positions.values()):
            return RowFate(row, "skipped", "列名行")
        if self._names_no_document(cells):
            if sentence := self._without_document(cells):
                return RowFate(row, "skipped", sentence)
            bad = [f"第 {row.row_no} 行：没有票据号码，也不是合计行", *bad]
        if bad:
            return RowFate(row, "rejected", "；".join(dict.fromkeys(bad)))
        return RowFate(row, "quarantined", "；".join(dict.fromkeys(unknown)) + _NEXT)

    def _without_document(self, cells: Sequence[Cell]) -> str | None:
        """What a row without a number is, where it has nothing that a document has; None where it may have lost it."""
        shown = [canonical(cell) for cell in cells if isinstance(cell, str) and cell.strip() not in EMPTY]
        if any(map(self._sum.match, shown)) and not any(_may_be_figure(cells[at]) for at in self._days):
            return "合计行"
        if not shown and all(isinstance(cell, str) for cell in cells):
            return "空行"
        if any(_may_be_figure(cells[at]) for at in self._figures) or not shown:
            return None
        return f"说明行，没有票据：{'，'.join(shown)[:_SHOWN]}"

    def _is_unnamed(self, cells: Sequence[Cell]) -> bool:
        for position in self._identity:
            cell = cells[position]
            if not isinstance(cell, str) or cell.strip() not in EMPTY:
                return False
        return True

    def _names_no_document(self, cells: Sequence[Cell]) -> bool:
        """Whether nothing stands where the numbers of documents do, or only words."""
        return not any(_may_be_figure(cells[position]) for position in self._identity)

    def _at(self, position: int, row_no: int, problem: str) -> str:
        return f"{letters(position)}{row_no}“{self._match.headings[position]}”：{problem}"


def _is_figure(name: str, match: FoundLayout, rules: FileRules) -> bool:
    """Whether a column has what every document has one of: a day, an amount, the number of a party."""
    return name.endswith("_tax_no") or rules.types[match.layout.role].get(name) in ("numeric", "date", "timestamptz")


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip() in EMPTY


def _may_be_figure(cell: Cell) -> bool:
    return not isinstance(cell, str) or any(map(str.isdigit, cell))


def _text_of(cell: Cell) -> str | None:
    return canonical(cell) if isinstance(cell, str) else None


def title_type(preamble: Iterable[str]) -> tuple[str | None, str | None]:
    """(code, text) of the first line above the headings that names a 票种; the first line's text where none does."""
    texts = list(preamble)
    for one in texts:
        try:
            return type_code(one), one
        except Unknown:
            continue
    return None, texts[0] if texts else None
