"""How the stored pages of the four gateway channels are read: their rows and the table of fields they follow."""

from collections.abc import Sequence

from fapiao.channels.gateway.interfaces import FULL, LAYOUT_FILES
from fapiao.channels.gateway.pages import decoded, rows_of
from fapiao.channels.gateway.types import aside
from fapiao.channels.raw_reply import ReplyReader, Row
from fapiao.tasks import Claim


def _rows(claim: Claim, body: bytes) -> Sequence[Row]:
    return rows_of((LAYOUT_FILES if claim.download_type == "input_files" else FULL).rows, body)


def _kind(claim: Claim) -> str:
    """gateway_full · gateway_header · gateway_customs_full · gateway_customs_header"""
    detail = "full" if claim.download_type.endswith("_full") else "header"
    return f"gateway_customs_{detail}" if claim.document == "customs" else f"gateway_{detail}"


GATEWAY = ReplyReader(_rows, _kind, lambda _: None, decoded, aside)
"""The gateway names no 归集日期."""
