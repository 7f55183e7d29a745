"""Rows of the gateway: which document and which type a row names, and whether it is a document at all."""

from collections.abc import Mapping
from functools import cache

from fapiao.identifiers import one_spelling
from fapiao.identity import (
    PAPER_DIGITAL_TYPES,
    Identity,
    Names,
    customs_identity,
    invoice_identity,
    looks_digital,
)
from fapiao.payloads.values import text
from fapiao.rules.book import rulebook

Row = Mapping[str, object]

CUSTOMS_NUMBER = "21"
# An unknown number of the product is kept with this before it, so that nobody takes it for the bureau's code.
UNKNOWN_NUMBER = "piaozone-"
TOLL_ELEMENT = "08"
# QR codes and old replies name 数电 invoices so (protocols §6.1, domain §2.1).
_LEGACY = {"31": "81", "32": "82"}
_NO_ERROR = ("", "0", "0000")
NAMES = Names("invoiceNo", "invoiceCode", digital="etaxInvoiceNo")


def refusal(row: Row) -> str | None:
    """The bureau's own words for a row that is no document: it carries errorCode and message (protocols §10.4)."""
    code, message = stated_text(row, "errorCode"), stated_text(row, "message")
    if code in _NO_ERROR:
        return None
    return f"{message} ({code})" if message else f"errorCode {code}"


def gateway_type(row: Row, asked: str) -> str:
    """Our code of a row's type (protocols §6.1): by govInvoiceType, else by invoiceType, else as asked.

    Unknown codes stay visible: the bureau's as they are, the product's behind 'piaozone-'.
    """
    number, bureau = stated_text(row, "invoiceType"), stated_text(row, "govInvoiceType")
    if number == CUSTOMS_NUMBER or stated_text(row, "customDeclarationNo"):
        return "customs"
    code = _LEGACY.get(bureau, bureau) or _by_number(number, _is_digital(row)) or asked
    if code in ("82", "8208") and stated_text(row, "businessType"):
        return "8208" if stated_text(row, "businessType") == TOLL_ELEMENT else "82"
    return code


def gateway_identity(row: Row, invoice_type: str) -> Identity:
    """Which document a row is (protocols §10.6); raises NoIdentity.

    数电 on paper: etaxInvoiceNo is the key where it is there, code and number stand beside it. Other 数电 numbers stand
    alone or are split into a code of 12 and a number of 8. 税控: code and number. 海关缴款书: customDeclarationNo.
    """
    if invoice_type == "customs":
        return customs_identity(row, "customDeclarationNo")
    return invoice_identity(invoice_type, row, NAMES, asked=not _names_type(row))


def _names_type(row: Row) -> bool:
    return bool(stated_text(row, "invoiceType") or stated_text(row, "govInvoiceType"))


def stated_text(row: Row, name: str) -> str:
    """What a row says under a name, trimmed; "" for nothing."""
    value = row.get(name)
    return "" if isinstance(value, bool | list | dict) else text(value) or "" if value is not None else ""


def _is_digital(row: Row) -> bool:
    code, number = stated_text(row, "invoiceCode"), stated_text(row, "invoiceNo")
    return bool(stated_text(row, "etaxInvoiceNo")) or (not code and looks_digital(one_spelling(number)))


def _by_number(number: str, digital: bool) -> str:
    """Paper and 数电 on paper share numbers; only the latter has 20 digits."""
    if not number:
        return ""
    codes = _numbers().get(number, ())
    on_paper = [code for code in codes if (code in PAPER_DIGITAL_TYPES) == digital]
    return next(iter([*on_paper, *codes]), f"{UNKNOWN_NUMBER}{number}")


@cache
def _numbers() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind in rulebook().invoice_types.values():
        if kind.piaozone:
            found[kind.piaozone] = (*found.get(kind.piaozone, ()), kind.code)
    return found
