"""The rows of fields.yaml as records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# What the translation works out from several fields or from whose reply it is, per target.
WORKED_OUT = {
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
    "headers": {
        "document",
        "invoice_type",
        "bureau_invoice_type",
        "invoice_code",
        "invoice_no",
        "etax_invoice_no",
        "details",
        "tax_org_code",
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


@dataclass(frozen=True, slots=True)
class Provenance:
    """Why a row is as it is: valid from when, which document and section, its own sentence, and whether we guessed."""

    since: date
    source: str
    text: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One shape of payload row and the merge it goes through.

    `plane` is L (乐企), O (the gateway) or F (a file of the bureau); `observes` the groups of columns that a row speaks
    about even where it says nothing new; `repeats` the fields that say again what another field says.
    """

    name: str
    target: str
    plane: str
    invoice_types: tuple[str, ...]
    observes: tuple[str, ...]
    repeats: frozenset[str]
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
    """The dated rule of totalTaxInclAmount (A-01): which columns of which types it adds up, from which issue date.

    `parts` maps a column of pool.document to the Chinese name that its line has.
    """

    column: str
    version: str
    invoice_types: tuple[str, ...]
    from_issue_date: date
    parts: Mapping[str, str]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Translation:
    """What the codes of a payload field mean in a column; codes that are not in `values` stay as they came."""

    column: str
    field: str
    kinds: tuple[str, ...]
    values: Mapping[str, str]
    overrides: bool
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class SwappedParties:
    """A mark of documents that arrive with buyer and seller reversed; no `invoice_types` means all of them."""

    column: str
    value: str
    kinds: tuple[str, ...]
    invoice_types: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class LineFilterRule:
    """Which parameter lists the goods names of lines to leave out, and on which paths (scope code to its label)."""

    parameter: str
    separator: str
    scopes: Mapping[str, str]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Fields:
    """Everything fields.yaml says.

    `owners` gives bureau, business or derived by group (A-35); `verified_first` the types that a status update stores
    only after their verification (R126).
    """

    kinds: Mapping[str, Kind]
    columns: tuple[Field, ...]
    lines: tuple[LineField, ...]
    backwards: tuple[Backwards, ...]
    tax_bureau_totals: tuple[TaxBureauTotal, ...]
    translations: tuple[Translation, ...]
    swapped_parties: tuple[SwappedParties, ...]
    verified_first: tuple[str, ...]
    line_filter: LineFilterRule
    owners: Mapping[str, str]
    by_name: Mapping[str, Field] = field(default_factory=dict)

    def owner(self, column: str) -> str:
        """Whose the column is: bureau, business or derived; raises KeyError for an unknown column."""
        return self.owners[self.by_name[column].group]

    def of_target(self, target: str) -> tuple[Field, ...]:
        """The columns that some payload of `target` offers, in the order of the pool."""
        kinds = {kind.name for kind in self.kinds.values() if kind.target == target}
        return tuple(column for column in self.columns if self._is_offered(column, target, kinds))

    def _is_offered(self, column: Field, target: str, kinds: set[str]) -> bool:
        if column.group in ("identity", "business", "bookkeeping"):
            return False
        return column.name in WORKED_OUT[target] or bool(kinds & (column.sources.keys() | column.constants.keys()))
