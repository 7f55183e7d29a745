"""What a row says beyond its single fields: swapped parties, toll, red or blue, voided, the total."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from fapiao.payloads.gateway_rows import TOLL_ELEMENT, UNKNOWN_NUMBER
from fapiao.payloads.lines import Line, amounts_by_name, lines_hash
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import SwappedParties, TaxBureauTotal

Values = dict[str, object]

_PARTY_FIELDS = ("tax_no", "name", "address", "phone", "bank", "account", "address_phone", "bank_account")
_VOIDED = ("2", "3", "4")
_BLUE = {"0": "Y", "3": "Y", "1": "N", "4": "N"}


def complete_header(kind: str, values: Values) -> None:
    """What follows from the fields of a row of any kind, in place: the bureau's type, and who is buyer and seller."""
    if values["document"] == "invoice" and not values.get("bureau_invoice_type"):
        values["bureau_invoice_type"] = bureau_type(str(values["invoice_type"]))
    for rule in _swaps(kind):
        is_of_type = not rule.invoice_types or values["invoice_type"] in rule.invoice_types
        if is_of_type and values.get(rule.column) == rule.value:
            _swap_parties(values)


def complete_face(values: Values, lines: Sequence[Line], *, tells_element: bool) -> None:
    """What follows from the fields and lines of a full document, in place.

    Where rows have a field for the 特定要素 it tells a toll invoice from an ordinary one; files name the type itself.
    """
    kind = bureau_type(str(values["invoice_type"]))
    values["bureau_invoice_type"] = kind if values["document"] == "invoice" else None
    if kind == "82" and tells_element:
        values["invoice_type"] = "8208" if values.get("business_code") == TOLL_ELEMENT else "82"
    values["lines_hash"] = lines_hash(lines) if lines else None
    for rule in load_fields().tax_bureau_totals:
        if kind in rule.invoice_types:
            _read_parts(rule, values, lines)
            values[rule.column] = _tax_bureau_total(rule, values)


def _read_parts(rule: TaxBureauTotal, values: Values, lines: Sequence[Line]) -> None:
    """Fill the part columns of a flight ticket, in yuan, from the lines named after them where the row says none."""
    for part, amount in amounts_by_name(lines, rule.parts).items():
        if values.get(part) is None:
            values[part] = str(amount)


def _tax_bureau_total(rule: TaxBureauTotal, values: Values) -> str | None:
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


def tell_red_from_blue(values: Values) -> None:
    """发票状态标识 fpztbz: 2, 3, 4 mean 作废; 0 and 1 tell blue from red and say nothing about a later 红冲."""
    flag = values.get("voiding_flag")
    if flag in _VOIDED:
        values["status"] = "2"
    elif flag in _BLUE:
        values["status_default"] = "0"
    if not values.get("blue_invoice"):
        values["blue_invoice"] = _BLUE.get(str(flag))


def tell_red_by_amount(values: Values) -> None:
    """The gateway has no flag for it: an invoice above zero is blue, one below is red, and nothing tells at zero."""
    stated = values.get("amount")
    amount = Decimal(str(stated)) if values["document"] == "invoice" and stated is not None else 0
    if amount:
        values["blue_invoice"] = "Y" if amount > 0 else "N"


def bureau_type(invoice_type: str) -> str | None:
    """The bureau's fplx of our code; None for a number of the product that we do not know."""
    if invoice_type.startswith(UNKNOWN_NUMBER):
        return None
    return "82" if invoice_type == "8208" else invoice_type


@cache
def _swaps(kind: str) -> tuple[SwappedParties, ...]:
    return tuple(rule for rule in load_fields().swapped_parties if kind in rule.kinds)


def _swap_parties(values: Values) -> None:
    """农产品收购: the buyer issues the document, and buyer and seller arrive reversed (protocols §6.4)."""
    for name in _PARTY_FIELDS:
        seller, buyer = f"seller_{name}", f"buyer_{name}"
        values[seller], values[buyer] = values.get(buyer), values.get(seller)
