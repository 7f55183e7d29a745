"""Rows of the bureau's own files: which document and which type a row names; its fields are called as our columns."""

from collections.abc import Mapping

from fapiao.identity import Identity, NoIdentity
from fapiao.payloads.values import text

Row = Mapping[str, object]
LINES = "items"
_NUMBERS = ("document_key", "invoice_code", "invoice_no", "etax_invoice_no")


def file_type(row: Row, asked: str) -> str:
    """Our code of a row's type; `asked` where the row itself names none."""
    return _said(row.get("invoice_type")) or asked


def file_identity(row: Row) -> Identity:
    """Which document a row is, as its reader found out; raises NoIdentity."""
    key, code, number, digital = map(_said, map(row.get, _NUMBERS))
    if key is None:
        raise NoIdentity("票据标识 (document_key) is missing")
    return Identity(key, code, number, digital)


def file_lines(row: Row) -> str | None:
    """The key under which the lines stand; None where a document has none."""
    return LINES if row.get(LINES) else None


def _said(value: object) -> str | None:
    return None if value is None else text(value)
