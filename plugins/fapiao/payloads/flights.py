"""totalTaxInclAmount of a flight ticket and the parts it adds up (A-01, G15)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from fapiao.payloads.lines import Line, amounts_by_name
from fapiao.pool_columns.records import TaxBureauTotal


def read_parts(rule: TaxBureauTotal, values: dict[str, object], lines: Sequence[Line]) -> None:
    """Fill the part columns, in yuan, from the lines named after them where the row itself does not say them."""
    for part, amount in amounts_by_name(lines, rule.parts).items():
        if values.get(part) is None:
            values[part] = str(amount)


def tax_bureau_total(rule: TaxBureauTotal, values: dict[str, object]) -> str | None:
    """The parts of a flight ticket and its tax, in yuan; None before the rule's day, or when a part is missing.

    A part that is not there counts as nothing only where the face's own total proves that nothing is missing.
    """
    issued, tax = values.get("issue_date"), values.get("tax_amount")
    if issued is None or date.fromisoformat(str(issued)) < rule.from_issue_date or tax is None:
        return None
    found = [Decimal(str(values[part])) for part in rule.parts if values.get(part) is not None]
    total = sum(found, Decimal(str(tax)))
    face = values.get("total_amount")
    proven = bool(found) and face is not None and Decimal(str(face)) == total
    return str(total) if len(found) == len(rule.parts) or proven else None
