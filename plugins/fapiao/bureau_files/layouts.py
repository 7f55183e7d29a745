"""include/rules/bureau_files.yaml as records: the sheets that the bureau's files have, and what their words mean."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.bureau_files.bounds import Bounds, read_bounds
from fapiao.bureau_files.checks import Check, read_checks
from fapiao.bureau_files.headings import canonical
from fapiao.errors import RuleError
from fapiao.paths import RULES
from fapiao.pool_columns.reading import load_fields
from fapiao.rules.invoice_types import normalised
from fapiao.rules.readers import rule_rows
from fapiao.rules.records import DIRECTIONS, DOCUMENTS
from fapiao.rules.rule_file import RuleRow

ROLES = ("documents", "lines")
TELLS = ("face", "selection", "usage")
TYPES = ("column", "title", "fixed")
SECOND_PAYER = "second_payer_tax_no"
"""缴款单位二税号 of a 双抬头 缴款书: the one value that has no column in the pool; a name may claim it."""

_SECTIONS = ("layouts", "texts", "names", "sheets", "skipped", "bounds", "checks")
_LAYOUT = ("id", "label", "family", "document", "rows", "directions", "tells", "type", "required", "columns", "known",
           "purpose", "total_is_sum", "totals_from_lines")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet of one kind of file; `columns` our column: its canonical headings, `known` those without a column."""

    id: str
    label: str
    family: str
    document: str
    role: str
    directions: tuple[str, ...]
    tells: str
    type_from: str
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    purpose: str | None
    total_is_sum: bool
    totals_from_lines: bool


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
    bounds: Bounds
    checks: Mapping[str, Check]


@cache
def file_rules(folder: Path = RULES) -> FileRules:
    """The rules, checked against fields.yaml. Raises RuleError with file and line."""
    path = folder / "bureau_files.yaml"
    types = _column_types()
    names = _section(path, "names", ("part", "word", "means"), ("part", "word"))
    skipped = {row.one_of("kind", ("sum",)): row.texts("words") for row in
               _section(path, "skipped", ("kind", "words"), "kind")}  # fmt: skip
    return FileRules(
        tuple(_layout(row, types) for row in _section(path, "layouts", _LAYOUT, "id")),
        {row.text("column"): _texts(row) for row in _section(path, "texts", ("column", "values"), "column")},
        {row.text("word"): row.some_of("means", DIRECTIONS)[0] for row in names if _part(row) == "direction"},
        {normalised(row.text("word")): row.texts("means") for row in names if _part(row) == "type"},
        frozenset(row.text("name") for row in _section(path, "sheets", ("name",), "name")),
        skipped.get("sum", ()),
        types,
        read_bounds(_section(path, "bounds", ("name", "value"), "name")),
        read_checks(_section(path, "checks", ("id", "fate", "cents", "not_for"), "id")),
    )


def _section(path: Path, section: str, keys: Collection[str], unique: str | tuple[str, ...]) -> list[RuleRow]:
    return rule_rows(path, section, keys, unique, _SECTIONS)


def _column_types() -> Mapping[str, Mapping[str, str]]:
    fields = load_fields()
    documents = {field.name: field.type for field in fields.columns} | {SECOND_PAYER: "text"}
    return {"documents": documents, "lines": documents | {line.name: line.type for line in fields.lines}}


def _part(row: RuleRow) -> str:
    return row.one_of("part", ("direction", "type"))


def _layout(row: RuleRow, types: Mapping[str, Mapping[str, str]]) -> Layout:
    role = row.one_of("rows", ROLES)
    columns = row.mapping_of_texts("columns", types[role])
    known = frozenset(map(canonical, row.texts("known")))
    _check_headings(row, columns, known)
    return Layout(
        row.text("id"),
        row.text("label"),
        row.text("family"),
        row.one_of("document", DOCUMENTS),
        role,
        row.some_of("directions", DIRECTIONS),
        row.one_of("tells", TELLS),
        row.one_of("type", TYPES),
        row.some_of("required", columns),
        {name: tuple(map(canonical, headings)) for name, headings in columns.items()},
        known,
        row.optional("purpose"),
        row.flag("total_is_sum"),
        row.flag("totals_from_lines"),
    )


def _check_headings(row: RuleRow, columns: Mapping[str, tuple[str, ...]], known: Collection[str]) -> None:
    """A heading means one column; only a day and its instant share one."""
    owners: dict[str, str] = {}
    for name, headings in columns.items():
        for heading in map(canonical, headings):
            before = owners.setdefault(heading, name)
            if heading in known or (before != name and {before, name} != {"issue_date", "issued_at"}):
                raise _twice(row, heading)


def _twice(row: RuleRow, heading: str) -> RuleError:
    return row.refuse(f"heading {heading!r} is given to two columns", "columns")


def _texts(row: RuleRow) -> Mapping[str, str | None]:
    values = row.raw("values")
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values):
        raise row.refuse("values must map texts to codes", "values")
    if not all(code is None or isinstance(code, str) for code in values.values()):
        raise row.refuse("values must map to texts or null (put codes in quotes)", "values")
    return {normalised(word): code for word, code in values.items()}
