"""Excel, old and new: every sheet is a table whose first line that is not empty holds the headings."""

from datetime import date, datetime, time, timedelta

from python_calamine import CalamineSheet

from fapiao.bounds import bound
from fapiao.bureau_files.guarding import look_into
from fapiao.bureau_files.headings import letters
from fapiao.bureau_files.loading import loading, sentences
from fapiao.bureau_files.sniffing import sniff
from fapiao.errors import BadInput
from fapiao.tables.lines import Cell, Line, Table, heading, is_remark, wrong_headings

EXACT_DIGITS = 15
"""Excel keeps a number to 15 digits; of a longer one the last digits are already lost (C43)."""

_ADVICE = "请复制后以数值方式粘贴，再引入"

Raw = str | float | int | bool | date | datetime | time | timedelta


def read_workbook(source: str, content: bytes) -> list[Table]:
    """The tables of a workbook's sheets. Raises BadInput when it must not be opened, is locked or damaged."""
    looked = look_into(content, sniff(content), source)
    with loading(looked, (), source) as coming:
        tables = [_table(f"{source}, sheet {name}", name, _rows(wait(), source)) for name, wait in coming.items()]
    for table in tables:
        table.problems.extend(
            f"{table.source}, cell {address}: an error value (#N/A, #REF! …) has no content; correct the cell"
            for address in sorted(looked.errors.get(str(table.name), ()))
        )
        table.problems.extend(
            f"{table.source}: 单元格 {address} 是公式；{_ADVICE}"
            for address in sorted(looked.formulas.get(str(table.name), ()))
        )
    return tables


def _rows(sheet: CalamineSheet, source: str) -> list[list[Raw]]:
    height, width = sheet.end or (0, 0)
    if (cells := (height + 1) * (width + 1)) > (most := bound("own_cells")).value:
        raise BadInput([f"{source}, sheet {sheet.name}: {most.said(cells)}"])
    with sentences(source):
        return sheet.to_python(skip_empty_area=False)


def _table(source: str, name: str, rows: list[list[Raw]]) -> Table:
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(cell != "" for cell in row)]
    if not filled:
        return Table(source, name, (), [], is_sheet=True)
    columns = tuple(heading(str(cell)) for cell in filled[0][1])
    table = Table(source, name, columns, [], wrong_headings(source, columns), is_sheet=True)
    for number, row in ((number, row) for number, row in filled[1:] if not is_remark(row[0])):
        cells = {}
        for position, column in enumerate(columns):
            address = f"cell {letters(position)}{number}"
            value = _text(row[position])
            if value is None:
                table.problems.append(
                    f"{source}, {address}, {column}: a number of more than {EXACT_DIGITS} digits has lost its last "
                    "digits; format the column as text and type the value again"
                )
            elif column or value:
                cells[column] = Cell(value, address)
        table.lines.append(Line(source, f"row {number}", cells))
    return table


def _text(raw: Raw) -> str | None:
    """The cell as text: whole numbers without a fraction, days as ISO; None for a number that Excel has rounded."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, int | float):
        return None if abs(raw) >= 10**EXACT_DIGITS else str(int(raw) if raw == int(raw) else raw)
    if isinstance(raw, datetime) and raw.time() == time():
        raw = raw.date()
    return raw.isoformat() if isinstance(raw, date) else str(raw).strip()
