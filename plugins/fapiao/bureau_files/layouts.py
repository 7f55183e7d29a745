"""include/rules/bureau_files.yaml as records: the sheets that the bureau's files have, and what their words mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from fapiao.bureau_files.checks import Check
from fapiao.bureau_files.headings import canonical
from fapiao.pool_columns.reading import load_fields
from fapiao.rules.invoice_types import normalised
from fapiao.rules.records import DIRECTIONS, Direction, Document
from fapiao.rules.refusals import RowError, unknown
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, SomeTexts, Text, Texts

SECOND_PAYER = "second_payer_tax_no"
"""缴款单位二税号 of a 双抬头 缴款书: the one value that has no column in the pool; a name may claim it."""


class Layout(RuleRow, frozen=True, dict=True):
    """One sheet of one kind of file."""

    unique = ("id",)
    id: Annotated[Text, Meta(description="Our name of the sheet's layout")]
    label: Annotated[Text, Meta(description="What people call it")]
    family: Annotated[Text, Meta(description="Sheets of one family may stand in one workbook")]
    document: Document
    role: Annotated[Literal["documents", "lines"], Meta(description="What a row is")] = field(name="rows")
    directions: Annotated[tuple[Direction, ...], Meta(min_length=1)]
    tells: Annotated[Literal["face", "selection", "usage"], Meta(description="What kind of data it is")]
    type_from: Annotated[Literal["column", "title", "fixed"], Meta(description="Where the 发票票种 is said")] = field(
        name="type"
    )
    required: Annotated[SomeTexts, Meta(description="Columns without which the sheet is something else")]
    headings: Annotated[dict[str, Texts], Meta(min_length=1, description="Our column and the headings it goes by")] = (
        field(name="columns")
    )
    known_headings: Annotated[Texts, Meta(description="Headings without a column of ours")] = field(
        name="known", default=()
    )
    purpose: Annotated[Text, Meta(description="抵扣用途 of a row that is selected")] | None = None
    total_is_sum: bool = False
    totals_from_lines: bool = False

    @cached_property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Our column: its canonical headings."""
        return {name: tuple(map(canonical, headings)) for name, headings in self.headings.items()}

    @cached_property
    def without_column(self) -> frozenset[str]:
        """The canonical headings without a column of ours."""
        return frozenset(map(canonical, self.known_headings))

    @cached_property
    def known(self) -> frozenset[str]:
        """Every canonical heading."""
        return self.without_column.union(*self.columns.values())


class ColumnTexts(RuleRow, frozen=True):
    """What the words of a column mean; null is an empty value."""

    unique = ("column",)
    column: Text
    values: Annotated[dict[str, str | None], Meta(min_length=1)]


class NameWord(RuleRow, frozen=True):
    """What a word of a file's name means."""

    unique = (("part", "word"),)
    part: Literal["direction", "type"]
    word: Text
    means: SomeTexts

    def __post_init__(self) -> None:
        strange = [one for one in self.means if self.part == "direction" and one not in DIRECTIONS]
        if strange:
            raise RowError(unknown("means", repr(strange[0]), DIRECTIONS, listed=True), "means")


class LeftOutSheet(RuleRow, frozen=True):
    """A sheet that is left out, since it repeats what the others say."""

    unique = ("name",)
    name: Text


class Skipped(RuleRow, frozen=True):
    """Rows that are no rows: sums where no document is named."""

    unique = ("kind",)
    kind: Literal["sum"]
    words: SomeTexts


class BureauFiles(RuleSections, frozen=True):
    """税局文件: the sheets that the bureau's own files have, found by their headings."""

    file = "bureau_files.yaml"
    layouts: tuple[Layout, ...]
    texts: tuple[ColumnTexts, ...]
    names: tuple[NameWord, ...]
    sheets: tuple[LeftOutSheet, ...]
    skipped: tuple[Skipped, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class FileRules:
    """Everything that bureau_files.yaml says; `types` are the columns' Postgres types by role and column."""

    layouts: tuple[Layout, ...]
    texts: Mapping[str, Mapping[str, str | None]]
    direction_words: Mapping[str, str]
    type_words: Mapping[str, tuple[str, ...]]
    left_out_sheets: frozenset[str]
    sums: tuple[str, ...]
    types: Mapping[str, Mapping[str, str]]
    checks: Mapping[str, Check]


@cache
def file_rules(folder: Path = RULES) -> FileRules:
    """The rules, checked against fields.yaml. Raises RuleError with file and line."""
    file = RuleFile(BureauFiles, folder)
    found, types = file.content, _column_types()
    for layout in found.layouts:
        file.known([layout], "columns", types[layout.role])
        file.known([layout], "required", layout.columns)
        if twice := _given_twice(layout):
            raise file.refuse(layout, f"heading {twice!r} is given to two columns", "columns")
    return FileRules(
        layouts=found.layouts,
        texts={row.column: {normalised(word): code for word, code in row.values.items()} for row in found.texts},
        direction_words={row.word: row.means[0] for row in found.names if row.part == "direction"},
        type_words={normalised(row.word): row.means for row in found.names if row.part == "type"},
        left_out_sheets=frozenset(row.name for row in found.sheets),
        sums=tuple(word for row in found.skipped for word in row.words),
        types=types,
        checks={row.id: row for row in found.checks},
    )


def _column_types() -> Mapping[str, Mapping[str, str]]:
    fields = load_fields()
    documents = {field.name: field.type for field in fields.columns} | {SECOND_PAYER: "text"}
    return {"documents": documents, "lines": documents | {line.name: line.type for line in fields.lines}}


def _given_twice(layout: Layout) -> str | None:
    """A heading means one column; only a day and its instant share one."""
    owners: dict[str, str] = {}
    for name, headings in layout.columns.items():
        for heading in headings:
            before = owners.setdefault(heading, name)
            if heading in layout.without_column or (before != name and {before, name} != {"issue_date", "issued_at"}):
                return heading
    return None
