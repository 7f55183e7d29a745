"""What a full document says beyond its single fields: swapped parties, toll, red or blue, voided, the total."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from fapiao.fields import TaxBureauTotal, load_fields
from fapiao.payloads.lines import Line, amounts_by_name, lines_hash
from fapiao.payloads.staged import Context

Values = dict[str, object]

TOLL_ELEMENT = "08"
PURCHASE_OF_FARM_PRODUCE = "02"
_PARTY_FIELDS = ("tax_no", "name", "address", "phone", "bank", "account", "address_phone", "bank_account")
_VOIDED = ("2", "3", "4")
_BLUE = {"0": "Y", "3": "Y", "1": "N", "4": "N"}


def complete_face(values: Values, lines: Sequence[Line], context: Context) -> None:
    """Fill in what follows from the fields of a full document, in place."""
    bureau_type = "82" if context.invoice_type == "8208" else context.invoice_type
    values["bureau_invoice_type"] = bureau_type if values["document"] == "invoice" else None
    if bureau_type == "82":
        values["invoice_type"] = "8208" if values.get("business_code") == TOLL_ELEMENT else "82"
    if values.get("special_type") == PURCHASE_OF_FARM_PRODUCE:
        _swap_parties(values)
    _read_voiding_flag(values)
    values["lines_hash"] = lines_hash(lines) if lines else None
    for rule in load_fields().tax_bureau_totals:
        if bureau_type in rule.invoice_types:
            values[rule.column] = tax_bureau_total(rule, values, lines)


def _swap_parties(values: Values) -> None:
    """农产品收购: the buyer issues the paper, and buyer and seller arrive reversed (protocols §6.4)."""
    for name in _PARTY_FIELDS:
        seller, buyer = f"seller_{name}", f"buyer_{name}"
        values[seller], values[buyer] = values.get(buyer), values.get(seller)


def _read_voiding_flag(values: Values) -> None:
    """发票状态标识 fpztbz: 2, 3, 4 mean 作废; 0 and 1 tell blue from red and say nothing about a later 红冲."""
    flag = values.get("voiding_flag")
    if flag in _VOIDED:
        values["status"] = "2"
    elif flag in _BLUE:
        values["status_default"] = "0"
    if not values.get("blue_invoice"):
        values["blue_invoice"] = _BLUE.get(str(flag))


def tax_bureau_total(rule: TaxBureauTotal, values: Values, lines: Sequence[Line]) -> str | None:
    """totalTaxInclAmount (A-01): the parts of a flight ticket and its tax, in yuan; None when one is missing.

    A part without a line counts as nothing only where the face's own total proves that nothing is missing.
    """
    issued, tax = values.get("issue_date"), values.get("tax_amount")
    if issued is None or date.fromisoformat(str(issued)) < rule.from_issue_date or tax is None:
        return None
    found = amounts_by_name(lines, rule.parts)
    total = sum(found.values(), Decimal(str(tax)))
    complete = found.keys() == rule.parts.keys()
    proven = bool(found) and str(values.get("total_amount")) != "None" and Decimal(str(values["total_amount"])) == total
    return str(total) if complete or proven else None
