"""How the stored answers of 乐企 are read: their rows, the table of fields they follow, their 归集日期."""

from collections.abc import Sequence
from datetime import date

from fapiao.bureau import USAGE_JOBS, Argument
from fapiao.leqi.pages import rows_of
from fapiao.payloads import payload_kind
from fapiao.reading import Reading, Row
from fapiao.tasks import Claim


def _rows(claim: Claim, body: bytes) -> Sequence[Row]:
    return rows_of(claim.download_type, claim.job, body)


def _kind(claim: Claim) -> str:
    answer = "usage" if claim.job in USAGE_JOBS else claim.download_type
    return payload_kind(claim.document, claim.invoice_type, answer)


def _collected_on(argument: Argument) -> date | None:
    """The 归集日期 that the question named."""
    collected = argument.get("gjrq")
    return date.fromisoformat(collected) if collected else None


LEQI = Reading(_rows, _kind, _collected_on)
