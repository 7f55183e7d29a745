"""The columns of the pool as fields.yaml has them: source fields, types, merge policies, refused changes."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.pool_columns.records import (
    WORKED_OUT,
    Backwards,
    Field,
    Fields,
    Kind,
    LineField,
    LineFilterRule,
    Provenance,
    SwappedParties,
    TaxBureauTotal,
    Translation,
)
from fapiao.rules.rule_file import RuleFile, RuleRow

__all__ = [
    "LINE_COLUMNS",
    "OBSERVED_GROUPS",
    "POLICIES",
    "TARGETS",
    "Field",
    "Fields",
    "Kind",
    "TaxBureauTotal",
    "load_fields",
    "observed_groups",
    "staged_columns",
]

TARGETS = ("documents", "headers", "status", "unselected")
PLANES = ("L", "O", "F")
OWNERS = ("bureau", "business", "derived")
TYPES = ("text", "date", "timestamptz", "numeric", "integer", "jsonb", "boolean")
GROUPS = ("identity", "face", "status", "anomaly", "usage", "selection", "derived", "business", "bookkeeping")
POLICIES = (
    "newest_non_empty",
    "type_kept",
    "paper_number",
    "mark_kept",
    "first",
    "greatest",
    "forward_only",
    "entry_rule",
    "verified",
    "fullest",
    "merge_keys",
    "identity",
    "business",
    "bookkeeping",
)
OBSERVED_GROUPS = ("face", "status", "anomaly", "usage", "selection")
LINE_COLUMNS = (
    "document_key",
    "line_no",
    "goods_name",
    "goods_code",
    "specification",
    "unit",
    "quantity",
    "price",
    "amount",
    "tax_rate",
    "tax_amount",
    "details",
)


@cache
def staged_columns(kind: str) -> tuple[str, ...]:
    """The columns of a staged row of a payload kind, in COPY order: key, instant of the observation, what it offers."""
    fields = load_fields()
    target = fields.kinds[kind].target
    worked_out = WORKED_OUT[target] | _worked_out_for(fields.kinds[kind], fields)
    offered = [
        column.name
        for column in fields.of_target(target)
        if column.name in worked_out or kind in column.sources or kind in column.constants
    ]
    return ("document_key", "observed_at", *(("status_default",) if target == "documents" else ()), *offered)


def _worked_out_for(kind: Kind, fields: Fields) -> set[str]:
    rules = [rule for rule in fields.tax_bureau_totals if set(rule.invoice_types) & set(kind.invoice_types)]
    return {part for rule in rules for part in rule.parts} | ({"blue_invoice"} if kind.target == "documents" else set())


@cache
def observed_groups(kind: str) -> tuple[str, ...]:
    """The groups of columns that an answer of this kind speaks about, even where it says nothing new."""
    fields = load_fields()
    if fields.kinds[kind].observes:
        return fields.kinds[kind].observes
    if fields.kinds[kind].target == "documents":
        return ("face", "anomaly")
    groups = {fields.by_name[name].group for name in staged_columns(kind) if name in fields.by_name}
    return tuple(group for group in OBSERVED_GROUPS if group in groups and group != "face")


@cache
def load_fields(path: Path = RULES / "fields.yaml") -> Fields:
    """Read and check fields.yaml; raises RuleError with file and line for whatever is unknown, missing or doubled."""
    file = RuleFile(path)
    file.keys(_SECTIONS)
    kinds = {row.text("name"): _kind(row) for row in file.rows("kinds", unique="name")}
    owners = dict(_owned(file.rows("owners")))
    columns = tuple(_field(row, kinds, owners) for row in file.rows("fields", unique="name"))
    names = {column.name for column in columns}
    return Fields(
        kinds=kinds,
        columns=columns,
        lines=tuple(_line_field(row, kinds) for row in file.rows("lines", unique="name")),
        backwards=tuple(_backwards(row, names) for row in file.rows("backwards")),
        tax_bureau_totals=tuple(_total(row, names) for row in file.rows("tax_bureau_total")),
        translations=tuple(_translation(row, names, kinds) for row in file.rows("translations")),
        swapped_parties=tuple(_swapped(row, names, kinds) for row in file.rows("swapped_parties")),
        verified_first=tuple(code for row in file.rows("verified_first") for code in _first_types(row)),
        line_filter=_line_filter(file.rows("line_filter")[0]),
        owners=owners,
        by_name={column.name: column for column in columns},
    )


_SECTIONS = (
    "kinds",
    "backwards",
    "tax_bureau_total",
    "owners",
    "translations",
    "swapped_parties",
    "verified_first",
    "line_filter",
    "fields",
    "lines",
)
_PROVENANCE = {"since", "source", "text", "assumed"}


def _provenance(row: RuleRow) -> Provenance:
    return Provenance(row.day("since"), row.text("source"), row.text("text"), row.flag("assumed"))


def _kind(row: RuleRow) -> Kind:
    row.keys({"name", "target", "plane", "invoice_types", "observes", "repeats"} | _PROVENANCE)
    return Kind(
        name=row.text("name"),
        target=row.one_of("target", TARGETS),
        plane=row.one_of("plane", PLANES) if row.raw("plane") is not None else "L",
        invoice_types=row.texts("invoice_types"),
        observes=row.some_of("observes", OBSERVED_GROUPS) if row.raw("observes") is not None else (),
        repeats=frozenset(row.texts("repeats")),
        provenance=_provenance(row),
    )


def _owned(rows: list[RuleRow]) -> Iterator[tuple[str, str]]:
    """Group and owner; every group once."""
    seen: set[str] = set()
    for row in rows:
        row.keys({"owner", "groups"} | _PROVENANCE)
        owner, _ = row.one_of("owner", OWNERS), _provenance(row)
        for group in row.some_of("groups", GROUPS):
            if group in seen:
                raise row.refuse(f"group {group!r} has two owners", "groups")
            seen.add(group)
            yield group, owner
    missing = [group for group in GROUPS if group not in seen]
    if missing and rows:
        raise rows[-1].refuse(f"group {missing[0]!r} has no owner", "groups")


def _field(row: RuleRow, kinds: Mapping[str, Kind], owners: Mapping[str, str]) -> Field:
    row.keys({"name", "type", "label", "group", "policy", "from", "constant", "strict"} | _PROVENANCE)
    column = Field(
        name=row.text("name"),
        type=row.one_of("type", TYPES),
        label=row.text("label"),
        group=row.one_of("group", GROUPS),
        policy=row.one_of("policy", POLICIES),
        sources=row.mapping("from", kinds),
        constants=row.mapping("constant", kinds),
        strict=row.flag("strict"),
        provenance=_provenance(row),
    )
    if owners[column.group] != "bureau" and (column.sources or column.constants):
        raise row.refuse(f"{column.name} is not the bureau's (A-35): no payload may offer it", "from")
    return column


def _line_field(row: RuleRow, kinds: Mapping[str, Kind]) -> LineField:
    row.keys({"name", "type", "label", "from"} | _PROVENANCE)
    return LineField(
        name=row.one_of("name", LINE_COLUMNS),
        type=row.one_of("type", TYPES),
        label=row.text("label"),
        sources=row.mapping_of_texts("from", kinds),
        provenance=_provenance(row),
    )


def _backwards(row: RuleRow, columns: set[str]) -> Backwards:
    row.keys({"column", "current", "offered"} | _PROVENANCE)
    return Backwards(row.one_of("column", columns), row.text("current"), row.texts("offered"), _provenance(row))


def _total(row: RuleRow, columns: Collection[str]) -> TaxBureauTotal:
    row.keys({"column", "version", "invoice_types", "from_issue_date", "parts"} | _PROVENANCE)
    return TaxBureauTotal(
        column=row.one_of("column", columns),
        version=row.text("version"),
        invoice_types=row.texts("invoice_types"),
        from_issue_date=row.day("from_issue_date"),
        parts=row.mapping("parts", columns),
        provenance=_provenance(row),
    )


def _translation(row: RuleRow, columns: Collection[str], kinds: Collection[str]) -> Translation:
    row.keys({"column", "field", "kinds", "values", "overrides"} | _PROVENANCE)
    return Translation(
        column=row.one_of("column", columns),
        field=row.text("field"),
        kinds=row.some_of("kinds", kinds),
        values=row.mapping("values", None),
        overrides=row.flag("overrides"),
        provenance=_provenance(row),
    )


def _swapped(row: RuleRow, columns: Collection[str], kinds: Collection[str]) -> SwappedParties:
    row.keys({"column", "value", "kinds", "invoice_types"} | _PROVENANCE)
    return SwappedParties(
        column=row.one_of("column", columns),
        value=row.text("value"),
        kinds=row.some_of("kinds", kinds),
        invoice_types=row.texts("invoice_types"),
        provenance=_provenance(row),
    )


def _first_types(row: RuleRow) -> tuple[str, ...]:
    row.keys({"invoice_types"} | _PROVENANCE)
    _provenance(row)
    return row.texts("invoice_types")


def _line_filter(row: RuleRow) -> LineFilterRule:
    row.keys({"parameter", "separator", "scopes"} | _PROVENANCE)
    return LineFilterRule(row.text("parameter"), row.text("separator"), row.mapping("scopes", None), _provenance(row))
