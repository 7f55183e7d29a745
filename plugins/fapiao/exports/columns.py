"""The sheets of include/rules/exports.yaml: their columns, each with its Chinese heading, form and codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.exports.cells import FORMS
from fapiao.paths import RULES
from fapiao.pool_columns.reading import load_fields
from fapiao.rules.book import rulebook
from fapiao.rules.readers import rule_rows

LONGEST_TITLE = 28
"""Excel takes 31 characters; the rest is for the number of a following sheet."""
_SECTIONS = ("sheets", "columns")


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
class Plan:
    """A sheet as it is meant to be: its title and its columns in their order.

    `order` names what its rows are put in order by; it is empty where the statement of the sheet does that itself.
    """

    title: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()


def plan(sheet: str) -> Plan:
    """The plan of a sheet; raises KeyError for one that is not in exports.yaml."""
    return plans()[sheet]


@cache
def plans(folder: Path = RULES) -> dict[str, Plan]:
    """Reads and checks the file once. Raises RuleError with file and line, for two equal headings in a sheet too."""
    path = folder / "exports.yaml"
    columns = known_columns(folder)
    found = {}
    for row in rule_rows(path, "sheets", ("sheet", "title", "columns", "order"), "sheet", _SECTIONS):
        mine = tuple(columns[name] for name in row.some_of("columns", columns))
        headings = [column.heading for column in mine]
        if twice := {heading for heading in headings if headings.count(heading) > 1}:
            raise row.refuse(f"the heading {min(twice)} stands over two columns", "columns")
        if len(row.text("title")) > LONGEST_TITLE:
            raise row.refuse(f"the title is longer than {LONGEST_TITLE} characters", "title")
        found[row.text("sheet")] = Plan(
            row.text("title"), mine, row.some_of("order", columns) if row.texts("order") else ()
        )
    return found


@cache
def known_columns(folder: Path = RULES) -> dict[str, Column]:
    """Every column that a sheet may name: those of fields.yaml, and over them those of exports.yaml."""
    path, fields = folder / "exports.yaml", load_fields()
    found = {field.name: Column(field.name, field.label) for field in fields.lines}
    found |= {field.name: Column(field.name, field.label) for field in fields.columns}
    kinds = {code.kind for code in rulebook().codes} | {"invoice_type"}
    for row in rule_rows(path, "columns", ("name", "label", "cell", "codes"), "name", _SECTIONS):
        name, label = row.text("name"), row.optional("label")
        if label is None and name not in found:
            raise row.refuse(f"{name} has no label here, and fields.yaml does not know it")
        found[name] = Column(
            name,
            label or found[name].heading,
            row.one_of("cell", FORMS) if row.optional("cell") else None,
            _labels(row.one_of("codes", kinds)) if row.optional("codes") else None,
        )
    return found


def _labels(kind: str) -> Mapping[str, str]:
    return {code: label for of, code, label in rulebook().labels() if of == kind}
