"""Makes rows of the task table and claims of them, so that a test says only what matters to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from fapiao.tasks import Claim, RunDay
from hooks.queues.tasks import TaskTable

OWNER = "91310000MA1EXAMP07"
DAY = date(2027, 6, 10)
NOON = datetime(2027, 6, 10, 4, tzinfo=UTC)
RUN = RunDay("leqi__current_month", "run-1", DAY, DAY.isoformat(), explicit=True)
_numbers = count(1)

_FINISHED = {"finished_at": NOON}
_WRONG = {"error_code": "LEQI_99", "error_message": "其他错误"}
_NEEDS: dict[str, dict[str, Any]] = {
    "pending": {},
    "apply_failed": _FINISHED | _WRONG,
    "download_failed": _FINISHED | _WRONG,
    "no_data": _FINISHED,
    "succeeded": _FINISHED,
}


def row(status: str = "pending", **values: Any) -> dict[str, Any]:
    """The columns of a sound task row in a status; every row has its own tick, so that nothing stands in its way."""
    number = next(_numbers)
    usual: dict[str, Any] = {
        "batch_no": f"B{number:022}",
        "parent_batch_no": "P",
        "dag_id": RUN.dag_id,
        "run_id": RUN.run_id,
        "job": "current_month",
        "rule": "leqi-current-month",
        "tick": f"tick {number}",
        "taxpayer_no": OWNER,
        "taxpayer_name": "示例公司",
        "channel": "leqi",
        "direction": "output",
        "download_type": "output_full",
        "sync_type": "current_month",
        "document": "invoice",
        "invoice_type": "81",
        "window_start": date(2027, 6, 1),
        "window_end": date(2027, 6, 9),
        "window_basis": "issue_date",
        "counter": "full",
        "status": status,
        "created_by": "test",
    }
    if status not in ("pending", "apply_failed", "download_failed"):
        usual |= {"request_no": f"{number:032}", "applied_at": NOON, "observed_at": NOON}
    return usual | _NEEDS.get(status, {}) | values


def batch(pool: psycopg.Connection[Any], batch_no: str = "P", run_id: str = "run-1") -> str:
    """The planning that task rows belong to, made once."""
    pool.execute(
        "INSERT INTO sync.batch (batch_no, dag_id, run_id, day, created_by) VALUES (%s, %s, %s, %s, 'test')"
        " ON CONFLICT DO NOTHING",
        [batch_no, RUN.dag_id, run_id, DAY],
    )
    return batch_no


def put(pool: psycopg.Connection[Any], status: str = "pending", **values: Any) -> int:
    """Inserts one row; returns its task_id."""
    batch(pool)
    columns = row(status, **values)
    statement = sql.SQL("INSERT INTO sync.task ({}) VALUES ({}) RETURNING task_id").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join(map(sql.Placeholder, columns))
    )
    found = pool.execute(statement, columns).fetchone()
    assert found
    return int(found[0])


def put_many(pool: psycopg.Connection[Any], number: int, **values: Any) -> list[int]:
    """Several equal rows of different types, in order."""
    return [put(pool, **values | {"invoice_type": f"{n:02}"}) for n in range(number)]


def take(
    pool: psycopg.Connection[Any], owner: str = "worker", limit: int = 10, channel: str = "leqi", **values: Any
) -> list[Claim]:
    """Claims due rows as a worker does."""
    usual: dict[str, Any] = {"statuses": ["pending", "downloading", "downloaded"], "day": DAY, "dag_id": None}
    return TaskTable(pool).claim(channel, owner=owner, limit=limit, **usual | values)


def take_one(pool: psycopg.Connection[Any], status: str = "pending", **values: Any) -> Claim:
    """A new row in a worker's hands."""
    task_id = put(pool, status, **values)
    return next(claim for claim in take(pool, limit=1000) if claim.task_id == task_id)


def another_window(claim: Claim, start: date, end: date, **values: Any) -> Claim:
    """The same claim for other days."""
    return replace(claim, window_start=start, window_end=end, **values)


def told(pool: psycopg.Connection[Any], task_id: int, *columns: str) -> tuple[Any, ...]:
    """Some columns of a row."""
    statement = sql.SQL("SELECT {} FROM sync.task WHERE task_id = %s").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    found = pool.execute(statement, [task_id]).fetchone()
    assert found
    return found
