"""The Airflow operators of a calendar DAG: plan, apply and collect; they read the context and wait by rescheduling."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowRescheduleException

from fapiao.errors import BadInput
from fapiao.tasks import SHANGHAI
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from hooks.enterprise.permissions import demand_taxpayers
from hooks.pool.connection import PoolHook
from hooks.pool.outcomes import of_tasks, of_tasks_and_selections
from operators.downloads.apply import apply_one
from operators.downloads.open_worker_pool import open_worker_pool
from operators.downloads.plan import plan_day
from operators.project_operator import PoolOperator, ProjectOperator
from operators.refusal import refusal
from operators.run_context import PATIENCE, by_a_person, run_day, wanted_taxpayers, who
from operators.selections.open_session import run_due_selections

log = logging.getLogger(__name__)


class PlanOperator(ProjectOperator):
    """Plan: what the calendar names for the run's day becomes task rows, and reasons for what is left out."""

    def __init__(self, *, channel: str, job: str, many_a_day: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self.channel, self.job, self.many_a_day = channel, job, many_a_day

    def execute(self, context: Any) -> dict[str, Any]:
        """Plans; returns how many rows were planned, left out and voided, and why."""
        run, actor = run_day(context, many_a_day=self.many_a_day), who(context)
        wanted = wanted_taxpayers(context)
        with PoolHook().connect(actor) as connection:
            if by_a_person(context):
                _demand_download(context, connection, actor, wanted)
            planned = plan_day(connection, run, self.channel, self.job, wanted, actor=actor)
        counts = (run.day, planned.planned, planned.skipped, planned.voided)
        self.log.info("%s：生成 %d 条任务，不处理 %d 条，作废上月遗留 %d 条", *counts)
        return asdict(planned) | self.said(context, of_tasks, planned.planned)


def _demand_download(context: Any, connection: Any, actor: str, wanted: Sequence[str] | None) -> None:
    """下载 for every company that a run plans for. Raises AirflowFailException with those that are closed."""
    try:
        with connection.transaction():
            demand_taxpayers(connection, actor, "download", wanted)
    except BadInput as refused:
        raise refusal(context, str(refused)) from None


class ApplyOperator(PoolOperator):
    """Apply: every due 未处理 row of the DAG asks the bureau, as far as the quota goes; 勾选 goes before it (R215)."""

    def __init__(self, *, channel: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.channel = channel

    def execute(self, context: Any) -> dict[str, Any]:
        """Applies; returns how many rows were handled and what they came to."""
        run = run_day(context)
        handled = run_due_selections(context, run, self.channel)
        with open_worker_pool(context, run, self.channel, run.dag_id) as workers:
            if workers:
                handled += workers.run_until_none_due(["pending"], apply_one, run.dag_id)
        return self.said(context, of_tasks_and_selections, handled)


class CollectOperator(PoolOperator):
    """Collect: answers into the pool until every row of the DAG is settled; waiting holds no worker."""

    judges = True

    def __init__(self, *, channel: str, patience: timedelta = PATIENCE, **settings: Any) -> None:
        super().__init__(**settings)
        self.channel, self.patience = channel, patience

    def execute(self, context: Any) -> dict[str, Any]:
        """Collects what is due and follows it up; reschedules itself to the earliest not_before."""
        run = run_day(context)
        handled, open_rows, seconds = 0, 0, None
        with open_worker_pool(context, run, self.channel, run.dag_id) as workers:
            if workers:
                handled = workers.run_until_idle(run.dag_id)
                open_rows, seconds = workers.next_due(run.dag_id)
        found = self.said(context, of_tasks, handled)
        if open_rows:
            self._wait(context, open_rows, seconds)
        return found

    def _wait(self, context: Any, open_rows: int, seconds: float | None) -> None:
        now, patience = datetime.now(UTC), self.patience.total_seconds()
        last = context["dag_run"].start_date + self.patience
        if seconds is None or seconds > patience or now + timedelta(seconds=seconds) > last:
            self.log.warning("%d 条还没有结果，由 sweep_results（扫尾）继续处理", open_rows)
            return
        again = now + timedelta(seconds=seconds)
        self.log.info("%d 条等待税局，%s 再来", open_rows, again.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S"))
        raise AirflowRescheduleException(again)


def apply_and_collect(plan: BaseOperator, channels: Collection[str], apply: type[ApplyOperator]) -> None:
    """Behind a plan: apply, then collect, on each of the channels that has a hook."""
    for channel in sorted({*channels} & {*DOWNLOAD_CHANNELS}):
        applying = apply(task_id=f"apply_{channel}", channel=channel)
        plan >> applying >> CollectOperator(task_id=f"collect_{channel}", channel=channel)
