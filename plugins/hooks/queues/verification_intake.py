"""What joins the verification queue: headers of status updates, first captures, what the business system receives."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Literal

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from fapiao.queries import query
from fapiao.tasks import Claim
from fapiao.verification import Received, verification_rules
from hooks.pool.merge import MergeContext, StatusMode, ToVerify
from hooks.pool.verification_cache import merge_from_cache

Connection = psycopg.Connection[Any]
Receipt = Literal["known", "cache", "queued"]
_VERIFIED = "1"


def status_mode(connection: Connection, claim: Claim) -> StatusMode | None:
    """进项状态更新的发票是否查验入库, as the taxpayer's schemes say; None for every other download (R126 to R129).

    Of several schemes the one that keeps most decides; with none left only statuses are updated (assumed).
    """
    if claim.job != "status_update":
        return None
    values = {"taxpayer_no": claim.taxpayer_no, "types": [claim.invoice_type, *claim.wanted_types]}
    row = _row(connection, "status_mode", values)
    return row[0] if row else "update_only"


def queue_unverified(connection: Connection, claim: Claim, to_verify: Sequence[ToVerify]) -> int:
    """Queues what a settled download leaves to verify, in the caller's transaction; how many joined.

    Of a status update these are the headers that its mode kept out of the pool (`Stage.to_verify`): the answer goes
    into the pool, or into the cache where the mode says so. Of a key-element sync it is every invoice 未验 that it saw
    (R028). An invoice that was queued before, whatever came of it, is not queued again.
    """
    values: dict[str, Any] = {
        "batch_no": claim.batch_no,
        "task_id": claim.task_id,
        "types": list(verification_rules().keys),
        "direction": claim.direction,
        "taxpayer_no": claim.taxpayer_no,
        "org_code": claim.org_code,
    }
    if claim.job == "key_element_sync":
        return connection.execute(query("verification", "queue_first_captures"), values).rowcount
    if not to_verify:
        return 0
    values["goal"] = "cache" if status_mode(connection, claim) == "verify_to_cache" else "pool"
    values["rows"] = Jsonb([asdict(one) for one in to_verify], dumps=partial(json.dumps, default=str))
    return connection.execute(query("verification", "queue_headers"), values).rowcount


def receive(connection: Connection, received: Received) -> Receipt:
    """The business system collected an invoice: the cache is asked first, then the bureau (R129). One transaction.

    `known`: the pool holds it 已验 already; `cache`: it does now, by what the cache held; `queued`: a verification will
    bring it, and a header that the cache held is in the pool 未验 until then.
    """
    whose = {
        "direction": received.direction,
        "taxpayer_no": received.taxpayer_no,
        "document_key": received.document_key,
    }
    with connection.transaction():
        if _is_verified(connection, whose):
            return "known"
        opened = _row(connection, "open_received", asdict(received))
        assert opened is not None  # noqa: S101 the statement always returns its row
        verification_id, batch_no, channel = opened
        if _row(connection, "cache_holds", whose) == (True,):
            goal = MergeContext(batch_no, channel, received.direction, received.taxpayer_no)
            merge_from_cache(connection, goal, [received.document_key])
        if not _is_verified(connection, whose):
            return "queued"
        connection.execute(query("verification", "answered_by_cache"), {"verification_id": verification_id})
    return "cache"


def _is_verified(connection: Connection, whose: dict[str, str]) -> bool:
    row = _row(connection, "pool_status", whose)
    return bool(row and row[0] == _VERIFIED)


def _row(connection: Connection, name: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row as a tuple, whatever the rows of the caller's connection are."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query("verification", name), values).fetchone()
