"""CSV: one table with a heading line, separated by commas, semicolons or tabs."""

import csv
import re
from collections.abc import Iterator

from fapiao.boundary import boundary
from fapiao.bounds import bound
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

_SEPARATORS = ",\t;"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FILLED = re.compile(r"\S")
_END = re.compile(r"[\r\n]|$")

Record = tuple[int, list[str]]
"""The number of its last line, and its cells."""


def read_csv(source: str, text: str) -> Table:
    """The table of a CSV text. Raises BadInput when its quoting is broken, or it is larger than a table can be."""
    separator, most = _separator(text), bound("table_cells")
    if (cells := text.count(separator)) > most.value:
        raise BadInput([told(source, most.said(cells))])
    records = _records(source, text, separator)
    first = next(records, None)
    if first is None:
        raise BadInput([sentence("tables.no_headings", file=source)])
    columns = tuple(heading(cell) for cell in first[1])
    refuse_wide(source, len(columns))
    table = Table(source, None, columns, [], wrong_headings(source, columns), place=Place(first[0]))
    for number, record in records:
        if not is_remark(record[0]):
            _add(table, number, record)
            refuse_many(table.problems)
    return table


def _records(source: str, text: str, separator: str) -> Iterator[Record]:
    """Those that are not empty."""
    reader = csv.reader((found[0] for found in _LINE.finditer(text)), delimiter=separator, strict=True)
    with boundary(lambda raised: _broken(source, reader.line_num, raised)):
        for record in reader:
            if any(cell.strip() for cell in record):
                yield reader.line_num, record


def _broken(source: str, line: int, raised: BaseException) -> BadInput:
    return BadInput([complaint(source, Place(line), sentence("tables.quotes", reason=raised))])


def _separator(text: str) -> str:
    """The separator that the heading line has most of."""
    filled = _FILLED.search(text)
    at = filled.start() if filled else 0
    begun, ended = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1, _END.search(text, at)
    return max(_SEPARATORS, key=lambda one: text.count(one, begun, ended.start() if ended else at))


def _add(table: Table, number: int, record: list[str]) -> None:
    place = Place(number)
    if len(record) != len(table.columns):
        counted = sentence("tables.cells", cells=len(record), columns=len(table.columns))
        table.problems.append(complaint(table.source, place, counted))
        return
    cells = {}
    for name, value in zip(table.columns, record, strict=True):
        if odd := odd_text(value):
            table.problems.append(complaint(table.source, place, odd, name))
        elif name or value.strip():
            cells[name] = Cell(value.strip(), place)
    table.lines.append(Line(table.source, place, cells))
