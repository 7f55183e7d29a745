"""The columns of the pool as fields.yaml has them: source fields, types, merge policies, refused changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from fapiao.field_rows import Row, RuleFile
from fapiao.places import RULES

TARGETS = ("documents", "status", "unselected")
TYPES = ("text", "date", "timestamptz", "numeric", "integer", "jsonb", "boolean")
GROUPS = ("identity", "face", "status", "anomaly", "usage", "selection", "derived", "business", "bookkeeping")
POLICIES = (
    "newest_non_empty",
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


@dataclass(frozen=True, slots=True)
class Provenance:
    """Why a row is as it is: valid from when, which document and section, its own sentence, and whether we guessed."""

    since: date
    source: str
    text: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One shape of payload row (a table of the 归集 or 勾选 specification) and the merge it goes through."""

    name: str
    target: str
    invoice_types: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Field:
    """One column of pool.document."""

    name: str
    type: str
    label: str
    group: str
    policy: str
    sources: Mapping[str, str]
    constants: Mapping[str, str]
    strict: bool
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class LineField:
    """One column of pool.line; the first source field that is not empty wins."""

    name: str
    type: str
    label: str
    sources: Mapping[str, tuple[str, ...]]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Backwards:
    """A change of `column` that is held and reported instead of made (A-36, R022)."""

    column: str
    current: str
    offered: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class TaxBureauTotal:
    """The dated rule of totalTaxInclAmount (A-01): which lines of which types it adds up, from which issue date."""

    column: str
    invoice_types: tuple[str, ...]
    from_issue_date: date
    parts: Mapping[str, str]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Fields:
    """Everything fields.yaml says."""

    kinds: Mapping[str, Kind]
    columns: tuple[Field, ...]
    lines: tuple[LineField, ...]
    backwards: tuple[Backwards, ...]
    tax_bureau_totals: tuple[TaxBureauTotal, ...]
    by_name: Mapping[str, Field] = field(default_factory=dict)

    def of_target(self, target: str) -> tuple[Field, ...]:
        """The columns that some payload of `target` offers, in the order of the pool."""
        kinds = {kind.name for kind in self.kinds.values() if kind.target == target}
        offered = [column for column in self.columns if _is_offered(column, target, kinds)]
        return tuple(offered)


# What the translation works out from several fields or from whose reply it is, per target.
_COMPUTED = {
    "documents": {
        "document",
        "invoice_type",
        "bureau_invoice_type",
        "invoice_code",
        "invoice_no",
        "etax_invoice_no",
        "total_tax_incl_amount",
        "lines_hash",
        "details",
        "tax_org_code",
        "aggregated_on",
    },
    "status": {"details"},
    "unselected": {
        "document",
        "invoice_type",
        "bureau_invoice_type",
        "invoice_code",
        "invoice_no",
        "etax_invoice_no",
        "details",
        "tax_org_code",
    },
}


def _is_offered(column: Field, target: str, kinds: set[str]) -> bool:
    if column.group in ("identity", "business", "bookkeeping"):
        return False
    return column.name in _COMPUTED[target] or bool(kinds & (column.sources.keys() | column.constants.keys()))


@cache
def staged_columns(kind: str) -> tuple[str, ...]:
    """The columns of a staged row of a payload kind, in COPY order: key, instant of the observation, what it offers."""
    fields = load_fields()
    target = fields.kinds[kind].target
    worked_out = _COMPUTED[target] | ({"blue_invoice"} if target == "documents" else set())
    offered = [
        column.name
        for column in fields.of_target(target)
        if column.name in worked_out or kind in column.sources or kind in column.constants
    ]
    return ("document_key", "observed_at", *(("status_default",) if target == "documents" else ()), *offered)


@cache
def observed_groups(kind: str) -> tuple[str, ...]:
    """The groups of columns that an answer of this kind speaks about, even where it says nothing new."""
    fields = load_fields()
    if fields.kinds[kind].target == "documents":
        return ("face", "anomaly")
    groups = {fields.by_name[name].group for name in staged_columns(kind) if name in fields.by_name}
    return tuple(group for group in OBSERVED_GROUPS if group in groups and group != "face")


@cache
def load_fields(path: Path = RULES / "fields.yaml") -> Fields:
    """Read and check fields.yaml; raises RuleError with file and line for whatever is unknown, missing or doubled."""
    file = RuleFile(path)
    file.keys({"kinds", "backwards", "tax_bureau_total", "fields", "lines"})
    kinds = {row.text("name"): _kind(row) for row in file.rows("kinds", unique="name")}
    columns = tuple(_field(row, kinds) for row in file.rows("fields", unique="name"))
    names = {column.name for column in columns}
    return Fields(
        kinds=kinds,
        columns=columns,
        lines=tuple(_line_field(row, kinds) for row in file.rows("lines", unique="name")),
        backwards=tuple(_backwards(row, names) for row in file.rows("backwards")),
        tax_bureau_totals=tuple(_total(row, names) for row in file.rows("tax_bureau_total")),
        by_name={column.name: column for column in columns},
    )


_PROVENANCE = {"since", "source", "text", "assumed"}


def _provenance(row: Row) -> Provenance:
    return Provenance(row.day("since"), row.text("source"), row.text("text"), row.flag("assumed"))


def _kind(row: Row) -> Kind:
    row.keys({"name", "target", "invoice_types"} | _PROVENANCE)
    return Kind(row.text("name"), row.one_of("target", TARGETS), row.texts("invoice_types"), _provenance(row))


def _field(row: Row, kinds: Mapping[str, Kind]) -> Field:
    row.keys({"name", "type", "label", "group", "policy", "from", "constant", "strict"} | _PROVENANCE)
    return Field(
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


def _line_field(row: Row, kinds: Mapping[str, Kind]) -> LineField:
    row.keys({"name", "type", "label", "from"} | _PROVENANCE)
    return LineField(
        name=row.one_of("name", LINE_COLUMNS),
        type=row.one_of("type", TYPES),
        label=row.text("label"),
        sources=row.mapping_of_texts("from", kinds),
        provenance=_provenance(row),
    )


def _backwards(row: Row, columns: set[str]) -> Backwards:
    row.keys({"column", "current", "offered"} | _PROVENANCE)
    return Backwards(row.one_of("column", columns), row.text("current"), row.texts("offered"), _provenance(row))


def _total(row: Row, columns: set[str]) -> TaxBureauTotal:
    row.keys({"column", "invoice_types", "from_issue_date", "parts"} | _PROVENANCE)
    return TaxBureauTotal(
        column=row.one_of("column", columns),
        invoice_types=row.texts("invoice_types"),
        from_issue_date=row.day("from_issue_date"),
        parts=row.mapping("parts", None),
        provenance=_provenance(row),
    )
