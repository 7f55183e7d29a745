"""CSV: one table with a heading line, separated by commas, semicolons or tabs."""

import csv
import io

from fapiao.errors import BadInput
from fapiao.tables.lines import Cell, Line, Table, heading, is_remark, wrong_headings

_SEPARATORS = ",\t;"


def read_csv(source: str, text: str) -> Table:
    """The table of a CSV text. Raises BadInput when its quoting is broken."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        records = [(reader.line_num, record) for record in reader if any(cell.strip() for cell in record)]
    except csv.Error as broken:
        raise BadInput([f"{source}, line {reader.line_num}: {broken}; check the quotes there"]) from broken
    columns = tuple(heading(cell) for cell in records[0][1])
    table = Table(source, None, columns, [], wrong_headings(source, columns))
    for number, record in ((number, record) for number, record in records[1:] if not is_remark(record[0])):
        if len(record) == len(columns):
            table.lines.append(_line(source, number, columns, record))
        else:
            table.problems.append(
                f"{source}, line {number}: {len(record)} cells, but the heading line has {len(columns)} columns; "
                "quote a cell that contains the separator"
            )
    return table


def _separator(text: str) -> str:
    """The separator that the heading line has most of."""
    first = next(line for line in text.splitlines() if line.strip())
    return max(_SEPARATORS, key=first.count)


def _line(source: str, number: int, columns: tuple[str, ...], record: list[str]) -> Line:
    place = f"line {number}"
    named = zip(columns, record, strict=True)
    return Line(source, place, {name: Cell(value.strip(), place) for name, value in named if name or value.strip()})
