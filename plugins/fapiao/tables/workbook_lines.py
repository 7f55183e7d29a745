"""Excel, old and new: every sheet is a table whose first line that is not empty holds the headings."""

from datetime import date, datetime, time, timedelta

from python_calamine import CalamineSheet

from fapiao.bounds import bound
from fapiao.bureau_files.guarding import look_into
from fapiao.bureau_files.headings import letters
from fapiao.bureau_files.loading import loading, sentences
from fapiao.bureau_files.sniffing import sniff
from fapiao.errors import BadInput
from fapiao.tables.lines import (
    Cell,
    Line,
    Place,
    Table,
    complaint,
    heading,
    is_remark,
    odd_text,
    refuse_many,
    refuse_wide,
    wrong_headings,
)
from fapiao.texts.catalogue import sentence
from fapiao.texts.places import told

EXACT_DIGITS = 15
"""Excel keeps a number to 15 digits; of a longer one the last digits are already lost (C43)."""

Raw = str | float | int | bool | date | datetime | time | timedelta


def read_workbook(source: str, content: bytes) -> list[Table]:
    """The tables of a workbook's sheets. Raises BadInput for what is locked, damaged or too large."""
    looked = look_into(content, sniff(content), source)
    room = _Room(source)
    room.hold(looked.area // 2)
    with sentences(source), loading(looked, (), source) as coming:
        tables = [
            _table(sentence("tables.sheet", file=source, sheet=name), name, room.rows(wait()))
            for name, wait in coming.items()
        ]
    for table in tables:
        errors, formulas = (found.get(str(table.name), ()) for found in (looked.errors, looked.formulas))
        table.problems.extend(_about(table, address, sentence("tables.error_value")) for address in sorted(errors))
        table.problems.extend(_about(table, address, sentence("tables.formula")) for address in sorted(formulas))
        refuse_many(table.problems)
    return tables


class _Room:
    """How many cells all sheets together may have; of an .xlsx that is known before its reader takes any."""

    def __init__(self, source: str) -> None:
        self._source, self._most, self._taken = source, bound("own_cells"), 0

    def rows(self, sheet: CalamineSheet) -> list[list[Raw]]:
        """The rows of one more sheet. Raises BadInput."""
        height, width = sheet.end or (0, 0)
        self._taken += (height + 1) * (width + 1)
        self.hold(self._taken)
        return sheet.to_python(skip_empty_area=False)

    def hold(self, cells: int) -> None:
        """Raises BadInput for more than all may have."""
        if cells > self._most.value:
            raise BadInput([told(self._source, self._most.said(cells))])


def _table(source: str, name: str, rows: list[list[Raw]]) -> Table:
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(cell != "" for cell in row)]
    if not filled:
        return Table(source, name, (), [], is_sheet=True)
    columns = tuple(heading(str(cell)) for cell in filled[0][1])
    refuse_wide(source, sum(map(bool, columns)))
    place, odd = Place(filled[0][0], is_row=True), wrong_headings(source, columns)
    table = Table(source, name, columns, [], odd, is_sheet=True, place=place)
    for number, row in ((number, row) for number, row in filled[1:] if not is_remark(row[0])):
        table.lines.append(_line(table, number, row))
        refuse_many(table.problems)
    return table


def _line(table: Table, number: int, row: list[Raw]) -> Line:
    cells = {}
    for position, column in enumerate(table.columns):
        value = _text(row[position])
        if not column and value == "":
            continue
        place = Place(number, letters(position), is_row=True)
        odd = sentence("tables.rounded", digits=EXACT_DIGITS) if value is None else odd_text(value)
        if odd:
            table.problems.append(complaint(table.source, place, odd, column))
        elif value is not None:
            cells[column] = Cell(value, place)
    return Line(table.source, Place(number, is_row=True), cells)


def _about(table: Table, address: str, what: str) -> str:
    column = address.rstrip("0123456789")
    return complaint(table.source, Place(int(address[len(column) :]), column, is_row=True), what)


def _text(raw: Raw) -> str | None:
    """The cell as text: whole numbers without a fraction, days as ISO; None for a number that Excel has rounded."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, int | float):
        return None if not abs(raw) < 10**EXACT_DIGITS else str(int(raw) if raw == int(raw) else raw)
    if isinstance(raw, datetime) and raw.time() == time():
        raw = raw.date()
    return raw.isoformat() if isinstance(raw, date) else str(raw).strip()
