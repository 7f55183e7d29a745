"""Rows of the gateway: which document and which type a row names, and whether it is a document at all."""

from collections.abc import Mapping
from functools import cache

from fapiao.identity import (
    DIGITAL_LENGTH,
    PAPER_DIGITAL_TYPES,
    Identity,
    NoIdentity,
    any_invoice_identity,
    customs_identity,
)
from fapiao.payloads.values import text
from fapiao.rules import rulebook

Row = Mapping[str, object]

CUSTOMS_NUMBER = "21"
# An unknown number of the product is kept with this before it, so that nobody takes it for the bureau's code.
UNKNOWN_NUMBER = "piaozone-"
TOLL_ELEMENT = "08"
# QR codes and old replies name 数电 invoices so (protocols §6.1, domain §2.1).
_LEGACY = {"31": "81", "32": "82"}
_NO_ERROR = ("", "0", "0000")
_IN_ITS_WORDS = {
    "发票号码 (fphm) is missing": "发票号码 (invoiceNo) is missing",
    "发票代码 (fpdm) is missing": "发票代码 (invoiceCode) is missing",
    "海关缴款书号码 (hgjkshm) is missing": "海关缴款书号码 (customDeclarationNo) is missing",
}


def refusal(row: Row) -> str | None:
    """The bureau's own words for a row that is no document: it carries errorCode and message (protocols §10.4)."""
    code, message = said(row, "errorCode"), said(row, "message")
    if code in _NO_ERROR:
        return None
    return f"{message} ({code})" if message else f"errorCode {code}"


def gateway_type(row: Row, asked: str) -> str:
    """Our code of a row's type (protocols §6.1): by govInvoiceType, else by invoiceType, else as asked.

    Unknown codes stay visible: the bureau's as they are, the product's behind 'piaozone-'.
    """
    number, bureau = said(row, "invoiceType"), said(row, "govInvoiceType")
    if number == CUSTOMS_NUMBER or said(row, "customDeclarationNo"):
        return "customs"
    code = _LEGACY.get(bureau, bureau) or _by_number(number, said(row, "etaxInvoiceNo")) or asked
    if code in ("82", "8208") and said(row, "businessType"):
        return "8208" if said(row, "businessType") == TOLL_ELEMENT else "82"
    return code


def gateway_identity(row: Row, invoice_type: str) -> Identity:
    """Which document a row is (protocols §10.6); raises NoIdentity.

    数电 on paper: etaxInvoiceNo is the key, code and number stand beside it. Other 数电 numbers stand alone or are
    split into a code of 12 and a number of 8. 税控: code and number. 海关缴款书: customDeclarationNo.
    """
    numbers = _numbers_of(row, invoice_type)
    try:
        return customs_identity(numbers) if invoice_type == "customs" else any_invoice_identity(invoice_type, numbers)
    except NoIdentity as error:
        raise NoIdentity(_IN_ITS_WORDS.get(str(error), str(error))) from error


def _numbers_of(row: Row, invoice_type: str) -> dict[str, str]:
    """The numbers of a row under the names that 乐企 has for them."""
    if invoice_type == "customs":
        return {"hgjkshm": said(row, "customDeclarationNo")}
    code, number, digital = (said(row, name) for name in ("invoiceCode", "invoiceNo", "etaxInvoiceNo"))
    if digital:
        return {"fphm": digital, **({"zzfpDm": code, "zzfphm": number} if code else {})}
    if invoice_type in PAPER_DIGITAL_TYPES and len(number) != DIGITAL_LENGTH:
        raise NoIdentity("数电发票号码 (etaxInvoiceNo) is missing")
    return {"fphm": number, "fpdm": code}


def said(row: Row, name: str) -> str:
    """What a row says under a name, trimmed; "" for nothing."""
    value = row.get(name)
    return "" if isinstance(value, bool | list | dict) else text(value) or "" if value is not None else ""


def _by_number(number: str, digital: str) -> str:
    """Paper and 数电 on paper share numbers; only the latter has an etaxInvoiceNo."""
    if not number:
        return ""
    codes = _numbers().get(number, ())
    on_paper = [code for code in codes if (code in PAPER_DIGITAL_TYPES) == bool(digital)]
    return next(iter([*on_paper, *codes]), f"{UNKNOWN_NUMBER}{number}")


@cache
def _numbers() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind in rulebook().invoice_types.values():
        if kind.piaozone:
            found[kind.piaozone] = (*found.get(kind.piaozone, ()), kind.code)
    return found
