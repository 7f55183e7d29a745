"""How the stored answers of 乐企 are read: their rows, the table of fields they follow, their 归集日期."""

from collections.abc import Sequence
from datetime import date

from fapiao.channels.leqi.pages import rows_of
from fapiao.channels.raw_reply import ReplyReader, Row
from fapiao.downloads.protocol import USAGE_JOBS, Argument
from fapiao.downloads.question import aside
from fapiao.payloads.faces import bureau_type
from fapiao.payloads.gateway_rows import stated_text
from fapiao.payloads.kinds import payload_kind
from fapiao.payloads.staged import Aside
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from fapiao.tolerant_json import fields, text_of


def _rows(claim: Claim, body: bytes) -> Sequence[Row]:
    return rows_of(claim.download_type, claim.job, body)


def _kind(claim: Claim) -> str:
    answer = "usage" if claim.job in USAGE_JOBS else claim.download_type
    return payload_kind(claim.document, claim.invoice_type, answer)


def _collected_on(argument: Argument) -> date | None:
    """The 归集日期 that the question named."""
    collected = argument.get("gjrq")
    return date.fromisoformat(collected) if collected else None


def _named(body: bytes) -> Row:
    """What a reply says beside its rows; answers about single invoices (L7) are a list and name each its own."""
    return {} if body[:1] == b"[" else fields(text_of(body))


def _aside(claim: Claim, row: Row) -> Aside | None:
    """A row that names another type is no answer; an invoice whose usage the bureau does not know no row of usage."""
    kind, asked = stated_text(row, "fplx"), (claim.invoice_type, bureau_type(claim.invoice_type))
    if kind and claim.document == "invoice" and claim.download_type != "unselected_init" and kind not in asked:
        return aside("failed", "WRONG_TYPE", kind)
    if claim.job not in USAGE_JOBS or row.get("fphm"):
        return None
    why = row.get("returnmsg")
    text = rulebook().message("aside_NOT_KNOWN", "scheduled")
    return Aside("failed", "NOT_KNOWN", f"{text}（{why}）" if why else text)


LEQI = ReplyReader(_rows, _kind, _collected_on, _named, _aside)
