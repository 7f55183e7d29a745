"""Rows of the bureau's own files: which document and which type a row names; its fields are called as our columns."""

from collections.abc import Mapping

from fapiao.identity import Identity, NoIdentity
from fapiao.payloads.values import text

Row = Mapping[str, object]


def file_type(row: Row, asked: str) -> str:
    """Our code of a row's type; `asked` where the row itself names none."""
    return _said(row, "invoice_type") or asked


def file_identity(row: Row) -> Identity:
    """Which document a row is, as its reader found out; raises NoIdentity."""
    key = _said(row, "document_key")
    if key is None:
        raise NoIdentity("票据标识 (document_key) is missing")
    return Identity(key, *(_said(row, name) for name in ("invoice_code", "invoice_no", "etax_invoice_no")))


def _said(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else text(value)
