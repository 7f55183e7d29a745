"""errorGoodsNames: lines of blue invoices that are no goods and are left out (R274 to R277, A-19)."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fapiao.errors import RuleError
from fapiao.payloads.lines import Line, received_name
from fapiao.pool_columns.reading import load_fields

ERROR_GOODS = ("errorGoodsNames", "errorGoodsNames")
"""The parameter that names the goods to leave out."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """The goods names to leave out, in Unicode NFC; `trim` also takes names with blanks around them."""

    names: frozenset[str]
    trim: bool = False

    def drops(self, name: str) -> bool:
        """Whether a line of this goods name is left out: the whole name, letter for letter."""
        return _plain(name, self.trim) in self.names


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A line that was left out, with the name as it came."""

    document_key: str
    line_no: int
    goods_name: str
    amount: str | None
    tax_amount: str | None


def line_filter(value: str, scope: str, *, trim: bool = False) -> LineFilter | None:
    """The filter for a value of errorGoodsNames on one of the six paths of fields.yaml; None where nothing is named.

    Raises RuleError for a path that the rule does not know.
    """
    rule = load_fields().line_filter
    if scope not in rule.scopes:
        known = ", ".join(sorted(rule.scopes))
        raise RuleError(f"the line filter knows no path {scope!r}; known are {known}")
    names = frozenset(_plain(name, trim) for name in value.split(rule.separator)) - {""}
    return LineFilter(names, trim) if names else None


def without_dropped(
    wanted: LineFilter, kind: str, items: Sequence[Mapping[str, object]], lines: Sequence[Line]
) -> tuple[list[Line], list[DroppedLine]]:
    """The lines that stay and those that go; `lines` are what was read of `items`, in their order."""
    kept: list[Line] = []
    dropped: list[DroppedLine] = []
    for item, line in zip(items, lines, strict=True):
        name = received_name(kind, item)
        if wanted.drops(name):
            dropped.append(DroppedLine(str(line[0]), int(str(line[1])), name, _text(line[8]), _text(line[10])))
        else:
            kept.append(line)
    return kept, dropped


def is_blue(values: Mapping[str, object]) -> bool:
    """A blue invoice says so; where no channel tells, its total is above zero."""
    if values.get("blue_invoice"):
        return values["blue_invoice"] == "Y"
    amount = values.get("total_amount") or values.get("amount")
    return amount is not None and Decimal(str(amount)) > 0


def _plain(name: str, trim: bool) -> str:
    plain = unicodedata.normalize("NFC", name)
    return plain.strip() if trim else plain


def _text(value: object) -> str | None:
    return None if value is None else str(value)
