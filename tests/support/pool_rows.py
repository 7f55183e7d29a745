"""Makes payload rows and merges them, so that a test says only what matters to it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from hooks.pool.merge import MergeContext, MergeCounts, StagedMerge

OWNER = "91440300MA5DABCD1X"
SELLER = "91110000802100433B"
OBSERVED = datetime.fromisoformat("2027-01-05T09:00:00+08:00")
KEY = "27442000000000000001"
_replies = count(1)

DIGITAL = {
    "fphm": KEY,
    "kprq": "2027-01-03 10:20:30",
    "fppzDm": "01",
    "sflzfp": "Y",
    "xsfnsrsbh": SELLER,
    "xsfmc": "北京某某科技有限公司",
    "gmfnsrsbh": OWNER,
    "gmfmc": "深圳某某贸易有限公司",
    "hjje": "100.00",
    "hjse": "13.00",
    "jshj": "113.00",
}


def digital(**changed: object) -> dict[str, object]:
    """A row of payload kind digital."""
    return DIGITAL | changed


def line(number: int = 1, **changed: object) -> dict[str, object]:
    """A line of a digital row."""
    return {"xh": number, "xmmc": "软件服务", "je": "100.00", "slv": "0.13", "se": "13.00"} | changed


def context(observed_at: datetime = OBSERVED, invoice_type: str = "81", **more: Any) -> Context:
    """An input reply to OWNER."""
    fields = {"direction": "input", "taxpayer_no": OWNER, "aggregated_on": None} | more
    return Context(invoice_type=invoice_type, observed_at=observed_at, **fields)


def stage(
    pool: psycopg.Connection[Any],
    kind: str,
    rows: Sequence[object],
    whose: Context | None = None,
    batch_no: str = "B1",
    **merge: Any,
) -> StagedMerge:
    """A stage with one loaded package."""
    whose = whose or context()
    staged = translate(kind, rows, whose)
    goal = MergeContext(batch_no, "leqi", whose.direction, whose.taxpayer_no, **merge)
    made = StagedMerge(pool, staged.target, goal)  # type: ignore[arg-type]
    made.load(staged, next(_replies))
    return made


def merge(pool: psycopg.Connection[Any], kind: str, rows: Sequence[object], *args: Any, **more: Any) -> MergeCounts:
    """Translate and merge the rows of one answer; the transaction stays open."""
    return stage(pool, kind, rows, *args, **more).merge()


def document(pool: psycopg.Connection[Any], key: str = KEY) -> dict[str, Any]:
    """The pool's row of a document."""
    with pool.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute("SELECT * FROM pool.document WHERE document_key = %s", [key]).fetchone()
    assert found is not None, f"{key} is not in the pool"
    return found


def changes(pool: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """(column, old, new, batch) of every change, in order."""
    return pool.execute(
        "SELECT column_name, old_value, new_value, batch_no FROM pool.change ORDER BY change_id"
    ).fetchall()


def counts(result: MergeCounts) -> Mapping[str, int]:
    """The six counters that must balance."""
    names = ("downloaded", "inserted", "updated", "unchanged", "ignored", "failed")
    return {name: getattr(result, name) for name in names}


def on(day: date | str, clock: str = "09:00:00") -> datetime:
    """An instant in Asia/Shanghai."""
    return datetime.fromisoformat(f"{day}T{clock}+08:00")


def header(**changed: object) -> dict[str, object]:
    """A row of payload kind gateway_header: a 数电专票 that nobody selected."""
    return {
        "invoiceType": "27",
        "govInvoiceType": "81",
        "invoiceNo": KEY,
        "invoiceDate": "2027-01-03",
        "salerName": "北京某某科技有限公司",
        "salerTaxNo": SELLER,
        "buyerTaxNo": OWNER,
        "invoiceAmount": "100.00",
        "totalTaxAmount": "13.00",
        "invoiceStatus": "0",
        "authenticateFlag": "0",
    } | changed


def full(**changed: object) -> dict[str, object]:
    """A row of payload kind gateway_full or verified."""
    return header(buyerName="深圳某某贸易有限公司", totalAmount="113.00") | {"authenticateFlag": ""} | changed


def item(number: int = 1, **changed: object) -> dict[str, object]:
    """A line of a gateway row."""
    return {
        "seq": number,
        "goodsName": "软件服务",
        "amount": "100.00",
        "taxRate": "0.13",
        "taxAmount": "13.00",
    } | changed
