"""What every kind of file is read into: tables of lines of cells, each of which can say where it stands."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import NamedTuple

from fapiao.bounds import bound
from fapiao.errors import BadInput
from fapiao.texts.catalogue import sentence
from fapiao.texts.places import in_column, placed, told

Value = str | tuple[str, ...]
REMARK = "#说明"
"""How the line under the headings of a template begins."""
_MOST_NAMED = 80
"""Characters of a heading in a complaint."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Place(NamedTuple):
    """Where something stands in its file: in a line of a text, or in a row of a sheet, and there under `letters`."""

    number: int
    letters: str = ""
    is_row: bool = False

    def __str__(self) -> str:
        if self.letters:
            return sentence("tables.cell", row=self.number, letters=self.letters)
        if self.is_row:
            return sentence("tables.row", number=self.number)
        return sentence("tables.line", number=self.number)


class Cell(NamedTuple):
    """A value as text, or the texts of a list, and where it stands."""

    value: Value
    place: Place


@dataclass(frozen=True, slots=True)
class Line:
    """One record; `source` names file and sheet, `place` the line or row, `names` how its file heads the columns."""

    source: str
    place: Place
    cells: Mapping[str, Cell]
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, column: str) -> str:
        """What the reader of a complaint calls a column: its heading in the language of the file."""
        return self.names.get(column, column)

    def where(self, column: str | None = None) -> str:
        """The place of the record, or of one column of it, as a sentence begins."""
        if column is None:
            return placed(self.source, self.place)
        cell = self.cells.get(column)
        return _in_column(self.source, cell.place if cell else self.place, self.named(column))


@dataclass(frozen=True, slots=True)
class Table:
    """The records of one sheet, section or file; `name` is the sheet's or section's own, if it has one.

    `problems` are the sentences about cells that cannot be read at all. A workbook may have sheets that are nobody's
    business, a section of a YAML file may not: `is_sheet` tells them apart. `place` is where the headings stand,
    None where each record has its own; `names` is how the file heads the columns.
    """

    source: str
    name: str | None
    columns: tuple[str, ...]
    lines: list[Line]
    problems: list[str] = field(default_factory=list)
    is_sheet: bool = False
    place: Place | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def respelled(table: Table, columns: Mapping[str, str], names: Mapping[str, str]) -> Table:
    """The table under `columns`, which gives the column of a heading; one that comes twice in a record is a problem.

    `names` is what people call the columns in the language of the file; a heading that stands there goes first.
    """
    names = {**names, **{column: name for name, column in columns.items()}}
    lines = [replace(line, cells=_renamed(line.cells, columns), names=names) for line in table.lines]
    twice = _said_twice(table.lines, columns)
    renamed = tuple(columns.get(name, name) for name in table.columns)
    return replace(table, columns=renamed, lines=lines, problems=[*table.problems, *twice], names=names)


def _renamed(cells: Mapping[str, Cell], columns: Mapping[str, str]) -> Mapping[str, Cell]:
    """The cells under their columns; the same where nothing is renamed, for a table may have a million of them."""
    if all(columns.get(name, name) == name for name in cells):
        return cells
    return {columns.get(name, name): cell for name, cell in cells.items()}


def _said_twice(lines: list[Line], columns: Mapping[str, str]) -> Iterator[str]:
    """A sentence for every two headings of one column, at the first record that has both."""
    pairs = [(one, other) for one, other in combinations(columns, 2) if columns[one] == columns[other]]
    for one, other in pairs:
        for line in (line for line in lines if {one, other} <= set(line.cells)):
            yield sentence("tables.same_column", where=line.where(), one=one, other=other)
            break


def is_remark(first: object) -> bool:
    """Whether a record, by its first cell, is the line of explanations of a template, which nobody loads."""
    return isinstance(first, str) and first.lstrip().startswith(REMARK)


def heading(text: str) -> str:
    """A column heading as the files spell it: trimmed, lower case."""
    return text.strip().lower()


def wrong_headings(source: str, columns: tuple[str, ...]) -> list[str]:
    """The sentences about a heading line that cannot be a heading line."""
    doubled = sorted(name for name, count in Counter(columns).items() if name and count > 1)
    return [sentence("tables.heading_twice", where=source, name=name[:_MOST_NAMED]) for name in doubled]


def odd_text(value: str) -> str | None:
    """Why a text can be no cell of a table: it is too long, or holds signs that no text has."""
    if len(value) > (longest := bound("table_cell_signs")).value:
        return longest.said(len(value))
    if _UNSTORABLE.search(value):
        return sentence("tables.unstorable")
    return None


def _in_column(source: str, place: Place, column: str) -> str:
    return in_column(placed(source, place), column[:_MOST_NAMED])


def complaint(source: str, place: Place, what: str, column: str | None = None) -> str:
    """A sentence about a place that cannot be read at all, in the column where it says which."""
    where = placed(source, place) if column is None else _in_column(source, place, column)
    return told(where, what)


def refuse_wide(where: str, columns: int) -> None:
    """Raises BadInput where a table has more columns than any table of ours."""
    if columns > (most := bound("table_columns")).value:
        raise BadInput([told(where, most.said(columns))])


def refuse_many(problems: list[str]) -> None:
    """Raises BadInput with the problems as soon as there are more than anybody reads."""
    if len(problems) > (most := bound("table_problems")).value:
        raise BadInput([*problems[: most.value], most.said()])
