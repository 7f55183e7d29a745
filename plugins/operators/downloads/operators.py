"""The Airflow operators of a calendar DAG: plan, apply and collect; they read the context and wait by rescheduling."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowRescheduleException

from fapiao.tasks import RunDay
from hooks.channels.download_channels import BUREAUS
from hooks.pool.connection import PoolHook
from operators.downloads.apply import apply_one
from operators.downloads.collect import collect_one
from operators.downloads.open_worker_pool import SHORT_WAIT_SECONDS, crew
from operators.downloads.plan import plan_day
from operators.downloads.poll_now import asked_batches, collect_asked
from operators.downloads.worker_pool import Crew
from operators.run_context import run_day, wanted_taxpayers
from operators.selections.open_session import work_selections
from operators.who import who

log = logging.getLogger(__name__)

MOST_IDLE_ROUNDS = 20
"""Rounds that move no row although one is said to be due."""
TURN_SECONDS = 300.0
"""How long a channel may go on with rows that come back after a short wait, before others have their turn."""

Turn = Callable[[], tuple[int, list[float]]]
"""How many rows it handled, and the seconds to its next one."""


class PlanOperator(BaseOperator):
    """Plan: what the calendar names for the run's day becomes task rows, and reasons for what is left out."""

    def __init__(self, *, channel: str, job: str, many_a_day: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self.channel, self.job, self.many_a_day = channel, job, many_a_day

    def execute(self, context: Any) -> dict[str, int]:
        """Plans; returns how many rows were planned, left out and voided."""
        run, actor = run_day(context, many_a_day=self.many_a_day), who(context)
        with PoolHook().connect(actor) as connection:
            planned = plan_day(connection, run, self.channel, self.job, wanted_taxpayers(context), actor=actor)
        self.log.info(
            "day %s: %d rows planned, %d left out with a reason, %d leftovers voided",
            *(run.day, planned.planned, planned.skipped, planned.voided),
        )
        return asdict(planned)


class ApplyOperator(BaseOperator):
    """Apply: every due 未处理 row of the DAG asks the bureau, as far as the quota goes; 勾选 goes before it (R215)."""

    def __init__(self, *, channel: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.channel = channel

    def execute(self, context: Any) -> int:
        """Applies; returns how many rows were handled."""
        run = run_day(context)
        work_selections(context, run, self.channel)
        with crew(context, run, self.channel, run.dag_id) as workers:
            return workers.work_through(["pending"], apply_one, run.dag_id) if workers else 0


class CollectOperator(BaseOperator):
    """Collect: answers into the pool until every row of the DAG is settled; waiting holds no worker."""

    def __init__(self, *, channel: str, patience: timedelta = timedelta(hours=6), **settings: Any) -> None:
        super().__init__(**settings)
        self.channel, self.patience = channel, patience

    def execute(self, context: Any) -> int:
        """Collects what is due and follows it up; reschedules itself to the earliest not_before."""
        run = run_day(context)
        with crew(context, run, self.channel, run.dag_id) as workers:
            if workers is None:
                return 0
            handled = until_quiet(workers, run.dag_id)
            open_rows, seconds = workers.look_ahead(run.dag_id)
        if open_rows:
            self._wait(context, run, open_rows, seconds)
        return handled

    def _wait(self, context: Any, run: RunDay, open_rows: int, seconds: float | None) -> None:
        now, patience = datetime.now(UTC), self.patience.total_seconds()
        last = context["dag_run"].start_date + self.patience
        if seconds is None or seconds > patience or now + timedelta(seconds=seconds) > last:
            self.log.warning(
                "%d rows of %s are not settled yet; sweep_results goes on with them", open_rows, run.dag_id
            )
            return
        raise AirflowRescheduleException(now + timedelta(seconds=seconds))


class SweepOperator(BaseOperator):
    """Sweep: the same work over the due rows of every DAG whose run is gone or gave up, selections first (R219).

    With `params.batches` it polls these tasks and nothing else (获取异步结果).
    """

    def __init__(self, *, patience: timedelta = timedelta(minutes=2), **settings: Any) -> None:
        super().__init__(**settings)
        self.patience = patience

    def execute(self, context: Any) -> int:
        """One pass over the selections and every channel; waits only for leases that are about to run out.

        A channel that cannot be worked, for want of its connection perhaps, fails the run after the others' turn.
        """
        run, handled, waits, failures = run_day(context), 0, [], []
        if asked := asked_batches(context):
            return collect_asked(context, run, asked)
        for name, turn in _turns(context, run).items():
            try:
                done, wait = turn()
            except Exception as failure:
                self.log.exception("%s cannot be swept", name)
                failures.append(failure)
                continue
            handled += done
            waits += wait
        if failures:
            raise failures[0]
        now = datetime.now(UTC)
        if waits and now + timedelta(seconds=min(waits)) <= context["dag_run"].start_date + self.patience:
            raise AirflowRescheduleException(now + timedelta(seconds=min(waits)))
        return handled


def _turns(context: Any, run: RunDay) -> dict[str, Turn]:
    """What is swept, in order: 勾选 goes before 下载发票数据 (R215)."""
    turns: dict[str, Turn] = {"selections": lambda: (work_selections(context, run), [])}
    for channel in BUREAUS:
        turns[f"channel {channel}"] = partial(_sweep, context, run, channel)
    return turns


def _sweep(context: Any, run: RunDay, channel: str) -> tuple[int, list[float]]:
    """How many rows of the channel were handled, and in how many seconds its next one is due, if any is open."""
    with crew(context, run, channel, None) as workers:
        if workers is None:
            return 0, []
        handled = until_quiet(workers, None)
        open_rows, seconds = workers.look_ahead(None)
        return handled, [seconds] if open_rows and seconds is not None else []


def until_quiet(workers: Crew, dag_id: str | None) -> int:
    """Applies and collects until the next row is due only after a real wait; how many rows were handled.

    A channel whose rows keep coming back, or are due and cannot be taken, is left to the next worker with a sentence,
    so that the channels behind it have their turn.
    """
    handled, idle, end = 0, 0, time.monotonic() + TURN_SECONDS
    while True:
        freed, done = _round(workers, dag_id)
        handled, idle = handled + done, 0 if freed or done else idle + 1
        open_rows, seconds = workers.look_ahead(dag_id)
        if not open_rows or seconds is None or seconds > SHORT_WAIT_SECONDS:
            return handled
        if idle == MOST_IDLE_ROUNDS or time.monotonic() > end:
            log.warning(
                "channel %s: %d rows are open and due again and again; the next worker goes on with them",
                *(workers.channel, open_rows),
            )
            return handled
        time.sleep(max(seconds, 0.05))


def _round(workers: Crew, dag_id: str | None) -> tuple[int, int]:
    """How many rows a login set going, and how many were handled."""
    freed = workers.check_logins()
    done = workers.work_through(["pending"], apply_one, dag_id)
    return freed, done + workers.work_through(["downloading", "downloaded"], collect_one, dag_id)
