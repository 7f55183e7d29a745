"""How the stored pages of the four gateway channels are read: their rows and the table of fields they follow."""

from collections.abc import Sequence
from datetime import date

from fapiao.bureau import Argument
from fapiao.gateway.interfaces import FULL, LAYOUT_FILES
from fapiao.gateway.pages import rows_of
from fapiao.gateway.types import belongs
from fapiao.reading import Reading, Row
from fapiao.tasks import Claim


def _rows(claim: Claim, body: bytes) -> Sequence[Row]:
    """Rows of the claim's own type; rows with `errorCode` are those the bureau failed to deliver."""
    if claim.download_type == "input_files":
        return rows_of(LAYOUT_FILES.rows, body)
    rows = rows_of(FULL.rows, body)
    if claim.document != "invoice":
        return rows
    return [row for row in rows if "errorCode" in row or belongs(claim.invoice_type, row)]


def _kind(claim: Claim) -> str:
    """gateway_full · gateway_header · gateway_customs_full · gateway_customs_header"""
    detail = "full" if claim.download_type.endswith("_full") else "header"
    return f"gateway_customs_{detail}" if claim.document == "customs" else f"gateway_{detail}"


def _collected_on(argument: Argument) -> date | None:  # noqa: ARG001 every channel's reading is asked alike
    """The gateway names no 归集日期."""
    return None


GATEWAY = Reading(_rows, _kind, _collected_on)
