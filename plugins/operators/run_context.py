"""The day a run works for, out of its Airflow context: never the wall clock, never `ds` (design §5)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from fapiao.tasks import SHANGHAI, RunDay

SHORT_WAIT_SECONDS = 3.0
"""A wait shorter than the cost of a reschedule is waited out in place."""

MAX_ATTEMPTS = 3
"""Failures after which a row is given up; waiting for quota, login or processing is not one."""


def run_day(context: Mapping[str, Any], *, many_a_day: bool = False) -> RunDay:
    """`params.date`, else the logical date in Asia/Shanghai, else `run_after` there.

    The tick is the day, and for a job that fires several times a day the day with its time, so that 06:30 and 18:30 are
    planned apart while a rerun of either is the same tick.
    """
    run = context["dag_run"]
    named = (context.get("params") or {}).get("date")
    if named:
        day = date.fromisoformat(str(named))
        return RunDay(run.dag_id, run.run_id, day, day.isoformat(), explicit=True)
    fired: datetime = (run.logical_date or run.run_after).astimezone(SHANGHAI)
    tick = fired.strftime("%Y-%m-%dT%H:%M") if many_a_day else fired.date().isoformat()
    return RunDay(run.dag_id, run.run_id, fired.date(), tick, explicit=False)


def wanted_taxpayers(context: Mapping[str, Any]) -> list[str] | None:
    """`params.taxpayers`: the tax numbers a person restricted the run to; None for all."""
    return list((context.get("params") or {}).get("taxpayers") or []) or None


def clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)
