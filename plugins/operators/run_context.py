"""What the Airflow context of a run says: the day it works for, who acts (A-56), and whose its leases are.

The day is never the wall clock, never `ds` (design §5).
"""

import getpass
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fapiao.bounds import bound
from fapiao.calendar.ticks import tick_name
from fapiao.forms.fields import Form
from fapiao.forms.reading import Filled, fill, given
from fapiao.forms.runs import CALENDAR_RUN
from fapiao.tasks import SHANGHAI, RunDay

PATIENCE = timedelta(hours=bound("patience_hours").value)
"""How long after its start a run waits for answers; then the sweep goes on with its rows."""
CALENDAR = "calendar"
"""Whoever would be asked about a run that nobody triggered."""
ACTOR_VARIABLE = "FAPIAO_ACTOR"
FOREGROUND = "dag_test"
"""What Airflow calls whoever runs a DAG in the foreground; `./fapiao run` does, and says who it is."""
_UNTRIGGERED = ("scheduled", "asset_triggered", "asset_materialization")
"""Airflow's types of runs that no person makes; a backfill has the person who asked for it."""


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
    fired = fired_at(context).astimezone(SHANGHAI)
    return RunDay(run.dag_id, run.run_id, fired.date(), tick_name(fired, many_a_day=many_a_day), explicit=False)


def fired_at(context: Mapping[str, Any]) -> datetime:
    """The instant that a run which nobody named a day for was made for."""
    run = context["dag_run"]
    fired: datetime = run.logical_date or run.run_after
    return fired


def owner_of(context: Mapping[str, Any], run: RunDay) -> str:
    """The name in the leases of an Airflow task: a retry of it takes its own rows back at once."""
    return f"{run.dag_id}/{run.run_id}/{context['ti'].task_id}"


def wanted_taxpayers(context: Mapping[str, Any]) -> list[str] | None:
    """`params.taxpayers`: the tax numbers a person restricted the run to; None for all."""
    return [*conf(context, CALENDAR_RUN)["taxpayers"]] or None


def conf(context: Mapping[str, Any], form: Form) -> Filled:
    """What a run was started with, as its form reads it; who works it says which problems refuse it."""
    return fill(form, given(form, context.get("params") or {}))


def clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def who(context: Mapping[str, Any]) -> str:
    """The name that stands in created_by and in every event, and whose rights are checked."""
    run = context["dag_run"]
    named = getattr(run, "triggering_user_name", None)
    if named == FOREGROUND:
        return os.environ.get(ACTOR_VARIABLE, "").strip() or FOREGROUND
    if named:
        return str(named)
    return account() if by_a_person(context) else CALENDAR


def by_a_person(context: Mapping[str, Any]) -> bool:
    """Whether a person made the run: only then are there rights to ask for, whatever name the run acts under."""
    run = context["dag_run"]
    named = getattr(run, "triggering_user_name", None)
    kind = getattr(run, "run_type", "")
    # a task is given an enum whose text is its name in the code, not its value
    return bool(named) or getattr(kind, "value", kind) not in _UNTRIGGERED


def account() -> str:
    """Who sits at the command line: FAPIAO_ACTOR, which `--as` sets for a run, else the account of the system."""
    return os.environ.get(ACTOR_VARIABLE, "").strip() or getpass.getuser()
