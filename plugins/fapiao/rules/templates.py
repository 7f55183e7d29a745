"""templates.yaml: the columns of every table that a command asks people to fill in, and their explanations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.rules.spellings import folded

_NEEDED = re.compile(r"\*|\(必填\)")


class TemplateRow(RuleRow, frozen=True):
    """What is handed out under a name, and the command that loads the filled file."""

    unique = ("template",)
    template: Text
    label: Text
    command: Text


class TemplateTable(RuleRow, frozen=True):
    """A table of a template: what programs call it, its sheet, and what else people call that."""

    unique = ("table", "label")
    template: Text
    table: Text
    label: Text
    aliases: Texts = ()


class TemplateColumn(RuleRow, frozen=True):
    """A column of a table: what programs call it, its heading, what else people write, and the second line."""

    unique = (("template", "table", "column"),)
    template: Text
    table: Text
    column: Text
    label: Text
    required: bool
    meaning: Text
    aliases: Texts = ()


class Templates(RuleSections, frozen=True):
    """导入模板: one for everything that a command asks people to fill in."""

    file = "templates.yaml"
    templates: tuple[TemplateRow, ...]
    tables: tuple[TemplateTable, ...]
    columns: tuple[TemplateColumn, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of one table: by column the Chinese and the English one, and the column of every spelling."""

    chinese: Mapping[str, str]
    english: Mapping[str, str]
    spellings: Mapping[str, str]


@cache
def template_file(folder: Path = RULES) -> RuleFile[Templates]:
    """Reads and checks the file once. Raises RuleError with file and line, for a template without columns too."""
    file = RuleFile(Templates, folder)
    content = file.content
    file.known(content.tables, "template", [row.template for row in content.templates])
    file.known(content.columns, "table", [row.table for row in content.tables])
    for row in content.templates:
        if row.template not in {column.template for column in content.columns}:
            raise file.refuse(row, f"{row.template} has no columns")
    _check_spellings(file)
    return file


def _check_spellings(file: RuleFile[Templates]) -> None:
    meant: dict[tuple[str, str], str] = {}
    for row in file.content.columns:
        for name in (row.column, row.label, *row.aliases):
            other = meant.setdefault((row.table, heading_spelling(name)), row.column)
            if other != row.column:
                raise file.refuse(row, f"{name!r} heads {other} already", "label")


def heading_spelling(text: str) -> str:
    """A heading without what people vary: width, case, blanks, a star or （必填）."""
    return _NEEDED.sub("", folded(text))


def loaded_columns(table: str) -> tuple[str, ...]:
    """The columns that the loader of a table reads, in the order of its template."""
    return tuple(row.column for row in template_file().content.columns if row.table == table)


@cache
def headings_of(table: str) -> Headings:
    """The headings that a table may have; it keeps to one language."""
    rows = [row for row in template_file().content.columns if row.table == table]
    english = {row.column: next(filter(str.isascii, (row.column, *row.aliases)), row.column) for row in rows}
    spellings = {heading_spelling(name): row.column for row in rows for name in (row.column, row.label, *row.aliases)}
    return Headings({row.column: row.label for row in rows}, english, spellings)


@cache
def table_label(table: str) -> str:
    """What people call a table: the name of its sheet."""
    return next(row.label for row in template_file().content.tables if row.table == table)


def table_named(name: str | None) -> str | None:
    """The table that a sheet or a section is named after, if it is one of ours."""
    return _table_names().get(folded(name)) if name else None


@cache
def _table_names() -> Mapping[str, str]:
    rows = template_file().content.tables
    return {folded(name): row.table for row in rows for name in (row.table, row.label, *row.aliases)}
