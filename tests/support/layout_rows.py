"""Settled downloads with their documents, companies and schemes, so that file tasks have something to follow."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from fapiao.downloads.protocol import Package, PartCursor
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.files.layout_files import PlannedFiles, plan_layout_files
from hooks.queues.tasks import TaskTable
from task_rows import NOON, OWNER, put

Pool = psycopg.Connection[Any]
OBSERVED = datetime(2027, 6, 10, 4, tzinfo=UTC)
CITY = {"country": "中国", "bureau_city": "上海市", "bureau_city_code": "3100"}


def key(number: int) -> str:
    """The 20 digits of an invoice."""
    return f"2744200000{number:010}"


def company(pool: Pool, channel: str = "leqi", **changed: Any) -> str:
    """A company with everything that layout files need, and what a test takes away."""
    values = {"taxpayer_no": OWNER, "channel": channel, **CITY, **changed}
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel, country, bureau_city, bureau_city_code)"
        " VALUES (%(taxpayer_no)s, '示例公司', %(channel)s, %(country)s, %(bureau_city)s, %(bureau_city_code)s)",
        values,
    )
    return OWNER


def scheme(pool: Pool, **changed: Any) -> None:
    """A scheme over every company, with the switch on."""
    values = {
        "name": f"版式 {sorted(changed.items())}",
        "download_types": ["input_full", "input_incremental"],
        "invoice_types": ["81", "82", "51", "61"],
        "layout_files": True,
        "enabled": True,
    } | changed
    pool.execute(
        "WITH made AS (INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, layout_files, enabled)"
        " VALUES (%(name)s, %(download_types)s, %(invoice_types)s, '2020-01-01', %(layout_files)s, %(enabled)s)"
        " RETURNING scheme_id)"
        " INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, taxpayer_no FROM made, enterprise.taxpayer",
        values,
    )


def documents(pool: Pool, keys: Sequence[str], invoice_type: str = "81", **changed: Any) -> None:
    """Invoices of the company."""
    values = {"type": invoice_type, "day": date(2027, 6, 3), "detail_level": "full"} | changed
    pool.cursor().executemany(
        "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, invoice_no, issue_date,"
        " detail_level, first_collected_at, channel, batch_no)"
        " VALUES ('input', %(owner)s, %(key)s, 'invoice', %(type)s, %(key)s, %(day)s, %(detail_level)s, now(), 'leqi', 'B')"
        " ON CONFLICT DO NOTHING",
        [values | {"owner": OWNER, "key": key} for key in keys],
    )


def download(pool: Pool, keys: Sequence[str], status: str = "succeeded", **changed: Any) -> Claim:
    """A settled download that saw these invoices."""
    usual = {"direction": "input", "download_type": "input_full", "channel": "leqi", "invoice_type": "81"} | changed
    task_id = put(pool, status, **usual)
    (batch_no,) = pool.execute("SELECT batch_no FROM sync.task WHERE task_id = %s", [task_id]).fetchone()  # type: ignore[misc]
    pool.execute(
        "INSERT INTO pool.sighting (reply_id, batch_no, kind, observed_groups, direction, taxpayer_no, channel, observed_at,"
        " document_keys) VALUES (%s, %s, 'digital', '{}', 'input', %s, %s, %s, %s)",
        [task_id, batch_no, OWNER, usual["channel"], OBSERVED, list(keys)],
    )
    return claim_of(pool, task_id)


def claim_of(pool: Pool, task_id: int) -> Claim:
    """A row as a worker holds it, whatever its status."""
    names = [one.name for one in fields(Claim)]
    row = pool.execute(f"SELECT {', '.join(names)} FROM sync.task WHERE task_id = %s", [task_id]).fetchone()
    assert row
    return Claim(**dict(zip(names, row, strict=True)))


def put_downloaded(pool: Pool, pages: Sequence[bytes], keys: Sequence[str], **changed: Any) -> int:
    """A file task in status 数据已下载, its result pages stored, committed; returns its task_id."""
    named = [{"invoiceType": "27", "invoiceNo": number, "invoiceDate": "2027-06-03"} for number in keys]
    argument = Jsonb({"handful": 1, "invoices": named})
    kind = {
        "channel": "etax",
        "direction": "input",
        "download_type": "input_files",
        "job": "layout_files",
        "counter": None,
    }
    task_id = put(pool, "downloading", **kind, argument=argument, **changed)
    tasks = TaskTable(pool)
    pool.execute("INSERT INTO sync.part (task_id, part_no, argument) VALUES (%s, 1, '{}')", [task_id])
    claim = claim_of(pool, task_id)
    for number, body in enumerate(pages):
        tasks.store(claim, PartCursor(1, {}, stored=number), Package(body, 1, 1, None, number + 1 == len(pages), NOON))
    tasks.downloaded(claim)
    pool.commit()
    return task_id


def plan(pool: Pool, claim: Claim) -> PlannedFiles:
    """Plans what follows a download."""
    return plan_layout_files(pool, claim, rulebook(), "etax-files-after-full")


def file_tasks(pool: Pool) -> list[dict[str, Any]]:
    """The file tasks, in order."""
    with pool.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute("SELECT * FROM sync.task WHERE job = 'layout_files' ORDER BY task_id").fetchall()


def asked(row: dict[str, Any]) -> list[str]:
    """The invoices that a file task names."""
    return [invoice["invoiceNo"] for invoice in row["argument"]["invoices"]]
