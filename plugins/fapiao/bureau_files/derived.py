"""What follows from the cells of a row: which document it is, its type, and what a remark says about a red invoice."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from fapiao.bureau_files.layouts import Layout
from fapiao.identity import (
    DIGITAL_LENGTH,
    PAPER_DIGITAL_TYPES,
    PAPER_LENGTH,
    PAPER_TYPES,
    Identity,
    Names,
    customs_identity,
    invoice_identity,
    withholding_identity,
)

Values = dict[str, str | None]
DigitalNumbers = dict[tuple[str | None, str | None], str]
"""纸质数电发票 of a file: paper code and number to the 20-digit number, since their lines only have the former."""


@dataclass(frozen=True, slots=True)
class StatedDocuments:
    """What the sheets of documents said for the lines after them: 20-digit numbers, and the keys of all documents."""

    digital_numbers: DigitalNumbers = field(default_factory=dict)
    stated: set[str | None] = field(default_factory=set)


_BLUE_DIGITAL = re.compile(r"被红冲蓝字数电(?:发票|票)号码[:：]?\s*([0-9]{20})")
_BLUE_PAPER = re.compile(r"对应正数发票代码[:：]?\s*([0-9]{10,12})\s*号码[:：]?\s*([0-9]{8})")
_NAMES = Names("invoice_no", "invoice_code", digital="etax_invoice_no")
_FALLBACK_TYPE = "01"
"""A line without a type is a 税控 one unless its number has 20 digits."""


def derive(values: Values, layout: Layout, digital_numbers: DigitalNumbers) -> None:
    """Completes the values of a row in place. Raises NoIdentity."""
    values["document"] = layout.document
    if layout.document != "invoice":
        values["invoice_type"] = layout.document
    else:
        _paper_number(values, layout, digital_numbers)
    _identify(values, layout)
    if layout.total_is_sum and values.get("total_amount") is None:
        amount, tax = values.get("amount"), values.get("tax_amount")
        values["total_amount"] = None if amount is None or tax is None else f"{Decimal(amount) + Decimal(tax):f}"
    if layout.purpose and values.get("selection_status") == "1":
        values["deduction_purpose"] = layout.purpose
    remark = values.get("remark")
    if remark:
        _red_remark(values, remark)


def _identify(values: Values, layout: Layout) -> None:
    number, digital = values.get("document_key"), values.get("etax_invoice_no")
    if digital and layout.document == "invoice" and not values.get("invoice_code"):
        # as all of 数电 do: no object for each of a million rows
        values["document_key"], values["invoice_code"] = digital, None
        values["invoice_no"] = values.get("invoice_no") or digital
        return
    values["document_key"] = None  # a number that is none of its kind names no document
    if layout.document == "customs":
        found = customs_identity({"hgjkshm": number})
    elif layout.document == "withholding":
        found = withholding_identity({"dkdjwspzh": number})
    else:
        found = _invoice(values)
    values["document_key"] = found.document_key
    values["invoice_code"] = found.invoice_code
    values["invoice_no"] = found.invoice_no
    values["etax_invoice_no"] = found.etax_invoice_no


def _invoice(values: Values) -> Identity:
    """The identity of an invoice that is not named by its 20-digit number alone."""
    code, number = values.get("invoice_code"), values.get("invoice_no")
    kind = values.get("invoice_type")
    if code and number and len(number) == PAPER_LENGTH and kind in PAPER_TYPES:
        return Identity(f"{code}-{number}", code, number)
    return invoice_identity(kind or _FALLBACK_TYPE, values, _NAMES, asked=kind is None)


def _paper_number(values: Values, layout: Layout, digital_numbers: DigitalNumbers) -> None:
    """校验码 of a 纸质数电发票 is its 20-digit number (domain §1.3); its lines are told by code and number."""
    place = (values.get("invoice_code"), values.get("invoice_no"))
    check = values.get("check_code")
    if layout.role == "lines":
        if not values.get("etax_invoice_no") and place in digital_numbers:
            values["etax_invoice_no"] = digital_numbers[place]
    elif values.get("invoice_type") in PAPER_DIGITAL_TYPES and check and len(check) == DIGITAL_LENGTH:
        values["etax_invoice_no"], values["check_code"] = check, None
        digital_numbers[place] = check


def _red_remark(values: Values, remark: str) -> None:
    """The blue invoice that a red one reverses."""
    digital = _BLUE_DIGITAL.search(remark)
    paper = _BLUE_PAPER.search(remark)
    if digital:
        values["original_blue_no"] = digital.group(1)
    elif paper:
        values["original_blue_paper_code"], values["original_blue_paper_no"] = paper.groups()
