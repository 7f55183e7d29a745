"""The sheets of include/rules/exports.yaml: their columns, each with its Chinese heading, form and codes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from fapiao.exports.cells import Form
from fapiao.pool_columns.reading import load_fields
from fapiao.rules.book import rulebook
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, SomeTexts, Text, Texts

LONGEST_TITLE = 28
"""Excel takes 31 characters; the rest is for the number of a following sheet."""


class ExportedSheet(RuleRow, frozen=True):
    """A sheet: which columns it shows, and what its rows are put in order by."""

    unique = ("sheet",)
    sheet: Text
    title: Annotated[Text, Meta(max_length=LONGEST_TITLE)]
    columns: SomeTexts
    order: Annotated[Texts, Meta(description="Left out where the sheet's statement puts its rows in order")] = ()
    headings: Annotated[dict[str, Text], Meta(description="What this sheet alone calls a column")] = field(
        default_factory=dict
    )


class ExportedColumn(RuleRow, frozen=True):
    """Heading and form of a column."""

    unique = ("name",)
    name: Text
    label: Annotated[Text, Meta(description="Left out where fields.yaml has the column's label")] | None = None
    cell: Annotated[Form, Meta(description="Left out where the column's type in the database says it")] | None = None
    codes: Annotated[Text, Meta(description="The kind of code whose label is shown instead of the code")] | None = None


class Exports(RuleSections, frozen=True):
    """导出: what a workbook shows, the heading and form of every column."""

    file = "exports.yaml"
    sheets: tuple[ExportedSheet, ...]
    columns: tuple[ExportedColumn, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet; `cell` is a form of cells.FORMS, None where the database's type decides.

    `labels` are shown instead of the codes they name; a code without one is shown as it is.
    """

    name: str
    heading: str
    cell: str | None = None
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet as it is meant to be: its title and its columns in their order.

    `order` names what its rows are put in order by; it is empty where the statement of the sheet does that itself.
    """

    title: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()


def plan(sheet: str) -> SheetPlan:
    """The plan of a sheet; raises KeyError for one that is not in exports.yaml."""
    return plans()[sheet]


@cache
def plans(folder: Path = RULES) -> dict[str, SheetPlan]:
    """Reads and checks the file once. Raises RuleError with file and line, for two equal headings in a sheet too."""
    file, columns = _export_file(folder), known_columns(folder)
    found = {}
    file.known(file.content.sheets, "columns", columns)
    file.known(file.content.sheets, "order", columns)
    file.known(file.content.sheets, "headings", columns)
    for row in file.content.sheets:
        mine = tuple(_called(columns[name], row.headings.get(name)) for name in row.columns)
        headings = [column.heading for column in mine]
        if twice := {heading for heading in headings if headings.count(heading) > 1}:
            raise file.refuse(row, f"the heading {min(twice)} stands over two columns", "columns")
        found[row.sheet] = SheetPlan(row.title, mine, row.order)
    return found


def _called(column: Column, heading: str | None) -> Column:
    return replace(column, heading=heading) if heading else column


@cache
def known_columns(folder: Path = RULES) -> dict[str, Column]:
    """Every column that a sheet may name: those of fields.yaml, and over them those of exports.yaml."""
    file, fields = _export_file(folder), load_fields()
    found: dict[str, Column] = {field.name: Column(field.name, field.label) for field in fields.lines}
    found |= {field.name: Column(field.name, field.label) for field in fields.columns}
    kinds = {code.kind for code in rulebook().codes} | {"invoice_type"}
    file.known(file.content.columns, "codes", kinds)
    for row in file.content.columns:
        if row.label is None and row.name not in found:
            raise file.refuse(row, f"{row.name} has no label here, and fields.yaml does not know it")
        labels = _labels(row.codes) if row.codes else None
        found[row.name] = Column(row.name, row.label or found[row.name].heading, row.cell, labels)
    return found


@cache
def _export_file(folder: Path) -> RuleFile[Exports]:
    return RuleFile(Exports, folder)


def _labels(kind: str) -> Mapping[str, str]:
    return {code: label for of, code, label in rulebook().labels() if of == kind}
