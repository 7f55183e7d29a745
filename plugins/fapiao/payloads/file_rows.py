"""Rows of the bureau's own files: which document and which type a row names; its fields are called as our columns."""

from collections.abc import Mapping

from fapiao.identity import (
    Identity,
    any_invoice_identity,
    customs_identity,
    withholding_identity,
)
from fapiao.payloads.values import text

Row = Mapping[str, object]


def file_type(row: Row, asked: str) -> str:
    """Our code of a row's type; `asked` where the row itself names none."""
    return _said(row, "invoice_type") or asked


def file_identity(row: Row, invoice_type: str) -> Identity:
    """Which document a row is (protocols §10.6): the 数电 number, else code and number; raises NoIdentity.

    数电 on paper carries all three; a 海关缴款书 or 完税凭证 has its number as `invoice_no`.
    """
    code, number, digital = (_said(row, name) for name in ("invoice_code", "invoice_no", "etax_invoice_no"))
    if invoice_type == "customs":
        return customs_identity({"hgjkshm": number})
    if invoice_type == "withholding":
        return withholding_identity({"dkdjwspzh": number})
    if digital:
        paper = {"zzfpDm": code, "zzfphm": number} if code and number not in ("", digital) else {}
        return any_invoice_identity(invoice_type, {"fphm": digital} | paper)
    return any_invoice_identity(invoice_type, {"fphm": number, "fpdm": code})


def _said(row: Row, name: str) -> str:
    return text(row.get(name) or "") or ""
