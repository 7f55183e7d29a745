"""Plans a job of the calendar and reads what came of it."""

from datetime import date
from typing import Any

import psycopg

from group_rows import scheduled
from operators.downloads.plan import PlanCounts, plan_day

Pool = psycopg.Connection[Any]
DAY, SECOND, TWELFTH = date(2027, 6, 10), date(2027, 6, 2), date(2027, 6, 12)


def plan(pool: Pool, job: str, day: date, taxpayers: list[str] | None = None, channel: str = "leqi") -> PlanCounts:
    """The planning that the calendar does on a day."""
    return plan_day(pool, scheduled(job, day, channel), channel, job, taxpayers)


def planned(pool: Pool, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of every row, in the order they are worked."""
    return pool.execute(f"SELECT {', '.join(columns)} FROM sync.task ORDER BY priority, task_id").fetchall()  # type: ignore[arg-type]


def left_out_days(pool: Pool) -> list[tuple[Any, ...]]:
    """(reason, first day, last day) of what was left out."""
    return pool.execute(
        "SELECT reason_code, window_start::text, window_end::text FROM sync.skip"
        " ORDER BY reason_code <> 'part_complete', reason_code, window_start"
    ).fetchall()


def left_out(pool: Pool) -> list[tuple[Any, ...]]:
    """(taxpayer, direction, type, reason) of what was left out."""
    return pool.execute(
        "SELECT taxpayer_no, direction, invoice_type, reason_code FROM sync.skip ORDER BY skip_id"
    ).fetchall()
