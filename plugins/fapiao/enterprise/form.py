"""Reads the cells of one record and collects every complaint, so that a person sees them all at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from fapiao.bounds import bound
from fapiao.enterprise.headings import in_columns
from fapiao.enterprise.values import code_of, known_words, tax_number
from fapiao.errors import BadInput
from fapiao.forms.items import parts
from fapiao.nearest import nearest
from fapiao.rules.spellings import Spellings
from fapiao.rules.templates import loaded_columns, table_named
from fapiao.shown import shown
from fapiao.tables.lines import Line, Table, refuse_many
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.places import in_column, told
from fapiao.written_days import day

T = TypeVar("T")
Key = TypeVar("Key")
_MOST_SAID = 500
"""Characters of a complaint, which repeats what a cell holds."""


@dataclass(frozen=True, slots=True)
class Problems:
    """What must be mended before anything is saved, and what is only doubtful; sentences for people."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self) -> None:
        """Raises BadInput with every problem, where there is one."""
        if self.problems:
            raise BadInput(self.problems)


def check_columns(table: Table, allowed: Sequence[str], complaints: Problems) -> None:
    """Complain about columns that nobody reads, once each, at the first record that has them."""
    complaints.problems.extend(table.problems)
    unknown = {name for line in table.lines for name in line.cells} | set(table.columns) - {""}
    known = [table.names.get(name, name) for name in allowed]
    for name in sorted(unknown - set(allowed)):
        line = next((line for line in table.lines if name in line.cells), None)
        where = line.where(name) if line else in_column(table.source, name)
        what = _unknown_column(name, known) if name else sentence("tables.unnamed_column")
        complaints.problems.append(told(shown(where, _MOST_SAID), what))


def _unknown_column(name: str, known: Sequence[str]) -> str:
    if near := nearest(name, known):
        return sentence("tables.near_column", near=near[0])
    return sentence("tables.unknown_column", known=listed(known))


def checked_lines(files: Sequence[list[Table]], kind: str, complaints: Problems) -> list[Line]:
    """The records of a kind in all the files, whose columns are checked first."""
    tables = [in_columns(table, kind) for tables in files for table in of_sheets(tables, (kind,))]
    for table in tables:
        check_columns(table, loaded_columns(kind), complaints)
    return [line for table in tables for line in table.lines]


def of_sheets(tables: list[Table], kinds: Collection[str]) -> list[Table]:
    """Of a workbook the sheets that are named after one of the kinds, or the first one; of other files everything."""
    if not any(table.is_sheet for table in tables):
        return tables
    return [table for table in tables if table_named(table.name) in kinds] or tables[:1]


class RecordReader:
    """One record. A column that is absent leaves what is there (`current`); one that is empty clears it."""

    def __init__(self, line: Line, complaints: Problems) -> None:
        self.line = line
        self._complaints = complaints

    def object(self, column: str | None, what: str) -> None:
        """Complain about a column, or the record."""
        self._complaints.problems.append(told(self.line.where(column), shown(what, _MOST_SAID)))
        refuse_many(self._complaints.problems)

    def doubt(self, column: str, what: str) -> None:
        """Warn about a column."""
        self._complaints.warnings.append(told(self.line.where(column), what))

    def named(self, column: str) -> str:
        """What the reader of a complaint calls a column."""
        return self.line.named(column)

    def given(self, column: str) -> bool:
        """Whether the record has the column, empty or not."""
        return column in self.line.cells

    def items(self, column: str) -> tuple[str, ...]:
        """The texts of a list; one text is split at commas, semicolons and 、."""
        return tuple(parts(self.line.cells[column].value)) if self.given(column) else ()

    def text(self, column: str, current: str | None = None) -> str | None:
        """A text; None when there is none."""
        if not self.given(column):
            return current
        value = self.line.cells[column].value
        if isinstance(value, str) and len(value) > (longest := bound("table_value_signs")).value:
            self.object(column, longest.said(len(value)))
            return current
        if isinstance(value, str):
            return value or None
        self.object(column, sentence("enterprise_files.no_list"))
        return current

    def needed(self, column: str, current: str = "") -> str:
        """A text that must be there."""
        text = self.text(column, current)
        if not text:
            self.object(column, sentence("enterprise_files.missing", column=self.named(column)))
        return text or ""

    def number(self, column: str) -> str:
        """A tax number that must be there; '' when it is not one."""
        if not self.given(column) or self.text(column) is None:
            self.object(column, sentence("enterprise_files.missing", column=self.named(column)))
        return self.read(column, "", "", tax_number)

    def read(self, column: str, current: T, empty: T, reader: Callable[[str], T]) -> T:
        """A value by `reader`, whose ValueError or BadInput becomes the complaint; `empty` when the cell is."""
        if not self.given(column):
            return current
        text = self.text(column)
        if text is None:
            return empty
        return next(self._found(column, [text], reader), current)

    def _found(self, column: str, texts: Iterable[str], reader: Callable[[str], T]) -> Iterator[T]:
        for text in texts:
            try:
                yield reader(text)
            except ValueError as wrong:
                self.object(column, str(wrong))
            except BadInput as wrong:
                self.object(column, "; ".join(wrong.problems))

    def day(self, column: str, current: date | None = None) -> date | None:
        """A day, written 2026-01-05, 2026/1/5 or 2026年1月5日."""
        return self.read(column, current, None, day)

    def code(self, column: str, words: Spellings, current: str, empty: str = "") -> str:
        """A code out of the words."""
        return self.read(column, current, empty, lambda text: code_of(text, words))

    def needed_code(self, column: str, words: Spellings, current: str) -> str:
        """A code out of the words that must be there."""
        if not (self.text(column) if self.given(column) else current):
            known = known_words(words)
            self.object(column, sentence("enterprise_files.missing_word", column=self.named(column), known=known))
        return self.code(column, words, current)

    def flag(self, column: str, words: Spellings, current: bool, empty: bool) -> bool:
        """Yes or no."""
        return self.read(column, current, empty, lambda text: code_of(text, words) == "true")

    def needed_each(self, column: str, reader: Callable[[str], str], current: tuple[str, ...]) -> tuple[str, ...]:
        """The items of a list by `reader`, each once, in the order written; there must be one."""
        if not (self.items(column) if self.given(column) else current):
            self.object(column, sentence("enterprise_files.missing", column=self.named(column)))
        if not self.given(column):
            return current
        return tuple(dict.fromkeys(self._found(column, self.items(column), reader)))


def by_name(lines: Iterable[Line], complaints: Problems) -> dict[str, RecordReader]:
    """The records by their column `name`, each once."""
    forms = [RecordReader(line, complaints) for line in lines]
    return unique([(name, form) for form in forms if (name := form.needed("name"))], "name")


def unique(forms: Iterable[tuple[Key, RecordReader]], column: str) -> dict[Key, RecordReader]:
    """Forms by key; complains about a key that stands there twice."""
    found: dict[Key, RecordReader] = {}
    for key, form in forms:
        first = found.setdefault(key, form)
        if first is not form:
            form.object(column, sentence("enterprise_files.twice", where=first.line.where()))
    return found
