"""Tasks that people act on, and what is to be read of them afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from hooks.enterprise.permissions import replace_grants
from task_rows import put

NOW = datetime(2027, 6, 10, 8, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
_ACCEPTED = {"request_no": "R1", "applied_at": LONG_AGO, "observed_at": LONG_AGO}

Pool = psycopg.Connection[Any]


def failed(pool: Pool, batch_no: str, **values: Any) -> int:
    """A download of 电子税局 that the bureau accepted an hour ago and that failed then."""
    accepted = _ACCEPTED | {"request_no": f"R-{batch_no}", "finished_at": LONG_AGO, "channel": "etax", "counter": None}
    return put(pool, "download_failed", batch_no=batch_no, **accepted | values)


def row(pool: Pool, batch_no: str) -> dict[str, Any]:
    """A row of the sync log."""
    with pool.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        found = cursor.execute("SELECT * FROM fapiao.sync_log WHERE batch_no = %s", [batch_no]).fetchone()
    assert found, batch_no
    return found


def events(pool: Pool, batch_no: str) -> list[tuple[Any, ...]]:
    """(from, to, actor, reason) after the first event."""
    return pool.execute(
        "SELECT from_status, to_status, actor, reason FROM fapiao.task_event WHERE batch_no = %s AND seq > 1 ORDER BY seq",
        [batch_no],
    ).fetchall()


def tasks(pool: Pool) -> int:
    """How many tasks there are."""
    found = pool.execute("SELECT count(*) FROM sync.task").fetchone()
    assert found
    return int(found[0])


def grant(pool: Pool, *grants: tuple[str, str, str]) -> None:
    """Makes these the only rights."""
    replace_grants(pool, grants, "test")


def company(pool: Pool, taxpayer_no: str, company_type: str = "general") -> None:
    """A taxpayer of 电子税局."""
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel, company_type) VALUES (%s, '示例公司', 'etax', %s)",
        [taxpayer_no, company_type],
    )


def slot(pool: Pool, task_id: int, state: str, counter: str = "full") -> None:
    """One line of the ledger."""
    pool.execute(
        "INSERT INTO sync.quota_slot (taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day,"
        " state, task_id, settled_at) VALUES ('T', 'leqi', %(counter)s, 'output', 'invoice', '81', '2027-06-01',"
        " '2027-06-10', %(state)s, %(task)s, CASE WHEN %(state)s = 'reserved' THEN NULL ELSE now() END)",
        {"task": task_id, "state": state, "counter": counter},
    )
