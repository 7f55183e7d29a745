"""The rows of fields.yaml as records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from fapiao.rules.rule_file import RuleRow, RuleSections, SomeTexts, Text, Texts

_NUMBERS = {
    "document", "invoice_type", "bureau_invoice_type", "invoice_code", "invoice_no", "etax_invoice_no", "details",
    "tax_org_code",
}  # fmt: skip
WORKED_OUT = {
    "documents": _NUMBERS | {"total_tax_incl_amount", "lines_hash", "aggregated_on"},
    "headers": _NUMBERS,
    "status": {"details"},
    "unselected": _NUMBERS,
}
"""What the translation works out from several fields or from whose reply it is, per target."""
Target = Literal["documents", "headers", "status", "unselected"]
TARGETS: tuple[Target, ...] = get_args(Target)
ObservedGroup = Literal["face", "status", "anomaly", "usage", "selection"]
OBSERVED_GROUPS: tuple[ObservedGroup, ...] = get_args(ObservedGroup)
Group = ObservedGroup | Literal["identity", "derived", "business", "bookkeeping"]
Type = Literal["text", "date", "timestamptz", "numeric", "integer", "jsonb", "boolean"]
Policy = Literal[
    "newest_non_empty", "type_kept", "paper_number", "mark_kept", "first", "greatest", "forward_only", "entry_rule",
    "verified", "fullest", "merge_keys", "identity", "business", "bookkeeping",
]  # fmt: skip
POLICIES: tuple[Policy, ...] = get_args(Policy)
LineColumn = Literal[
    "document_key", "line_no", "goods_name", "goods_code", "specification", "unit", "quantity", "price", "amount",
    "tax_rate", "tax_amount", "details",
]  # fmt: skip
LINE_COLUMNS: tuple[LineColumn, ...] = get_args(LineColumn)


class Kind(RuleRow, frozen=True):
    """One shape of payload row and the merge it goes through.

    `observes` are the groups of columns that a row speaks about even where it says nothing new; `repeats` the fields
    that say again what another field says.
    """

    unique = ("name",)
    name: Text
    target: Target
    plane: Annotated[
        Literal["L", "O", "F"], Meta(description="L 乐企, O the gateway, F a file of the bureau; L when left out")
    ] = "L"
    invoice_types: Texts = ()
    observes: Annotated[tuple[ObservedGroup, ...], Meta(min_length=1)] = ()
    repeats: Texts = ()


class ColumnOwner(RuleRow, frozen=True):
    """Whose the columns of some groups are (A-35)."""

    unique = ("groups",)
    every = "groups"
    owner: Literal["bureau", "business", "derived"]
    groups: Annotated[tuple[Group, ...], Meta(min_length=1)]


class Field(RuleRow, frozen=True):
    """One column of pool.document: by payload kind the field it comes from, or the value that it always has."""

    unique = ("name",)
    name: Text
    type: Type
    label: Text
    group: Group
    policy: Policy
    sources: dict[str, str] = msgspec.field(name="from", default_factory=dict)
    constants: dict[str, str] = msgspec.field(name="constant", default_factory=dict)
    strict: bool = False


class LineField(RuleRow, frozen=True):
    """One column of pool.line; the first source field that is not empty wins."""

    unique = ("name",)
    name: LineColumn
    type: Type
    label: Text
    sources: dict[str, Texts] = msgspec.field(name="from", default_factory=dict)


class Backwards(RuleRow, frozen=True):
    """A change of `column` that is held and reported instead of made (A-36, R022)."""

    column: Text
    current: Text
    offered: Texts = ()


class TaxBureauTotal(RuleRow, frozen=True):
    """The dated rule of totalTaxInclAmount (A-01): which columns of which types it adds up, from which issue date.

    `parts` maps a column of pool.document to the Chinese name that its line has.
    """

    column: Text
    version: Text
    from_issue_date: date
    invoice_types: Texts = ()
    parts: dict[str, str] = msgspec.field(default_factory=dict)


class Translation(RuleRow, frozen=True):
    """What the codes of a payload field mean in a column; codes that are not in `values` stay as they came."""

    column: Text
    field: Text
    kinds: SomeTexts
    values: dict[str, str] = msgspec.field(default_factory=dict)
    overrides: bool = False


class SwappedParties(RuleRow, frozen=True):
    """A mark of documents that arrive with buyer and seller reversed; no `invoice_types` means all of them."""

    column: Text
    value: Text
    kinds: SomeTexts
    invoice_types: Texts = ()


class VerifiedFirst(RuleRow, frozen=True):
    """Types that a status update stores only after their verification (R126)."""

    invoice_types: Texts = ()


class LineFilterRule(RuleRow, frozen=True):
    """Which parameter lists the goods names of lines to leave out, and on which paths (scope code to its label)."""

    parameter: Text
    separator: Text
    scopes: dict[str, str] = msgspec.field(default_factory=dict)


class FieldSections(RuleSections, frozen=True):
    """全票池字段: where a value comes from in every payload, and which value stays when two are offered."""

    file = "fields.yaml"
    kinds: tuple[Kind, ...]
    backwards: tuple[Backwards, ...]
    tax_bureau_total: tuple[TaxBureauTotal, ...]
    owners: tuple[ColumnOwner, ...]
    translations: tuple[Translation, ...]
    swapped_parties: tuple[SwappedParties, ...]
    verified_first: tuple[VerifiedFirst, ...]
    line_filter: Annotated[tuple[LineFilterRule, ...], Meta(min_length=1, max_length=1)]
    fields: tuple[Field, ...]
    lines: tuple[LineField, ...]


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
    by_name: Mapping[str, Field]

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
