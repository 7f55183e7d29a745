"""The sweep: whatever is due on every channel, whoever planned it; selections first (R215)."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from airflow.sdk.exceptions import AirflowRescheduleException

from fapiao.errors import BadInput
from fapiao.forms.runs import SWEEP_RUN
from fapiao.tasks import RunDay
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from hooks.enterprise.permissions import demand_rows
from hooks.pool.connection import PoolHook
from hooks.pool.outcomes import of_tasks_and_selections
from hooks.queues.tasks import TaskTable
from operators.downloads.missed import plan_missed
from operators.downloads.open_worker_pool import open_worker_pool
from operators.downloads.poll_now import collect_asked
from operators.history.auto_update import make_up
from operators.leased_queue.guard import MAX_ATTEMPTS
from operators.leased_queue.loop import take_turns
from operators.project_operator import PoolOperator
from operators.refusal import refusal
from operators.run_context import CALENDAR, conf, fired_at, run_day, who
from operators.selections.open_session import run_asked_selections, run_due_selections

log = logging.getLogger(__name__)

SweepStep = Callable[[], tuple[int, list[float]]]
"""How many rows it handled, and the seconds to its next one."""


class SweepOperator(PoolOperator):
    """Sweep: the same work over the due rows of every DAG whose run is gone or gave up, selections first (R219).

    With `params.batches` it polls these tasks and nothing else (获取异步结果).
    """

    judges = True

    def __init__(self, *, patience: timedelta = timedelta(minutes=2), **settings: Any) -> None:
        super().__init__(**settings)
        self.patience = patience

    def execute(self, context: Any) -> dict[str, Any]:
        """One pass over the selections and every channel; waits only for leases that are about to run out.

        A channel that cannot be worked, for want of its connection perhaps, fails the run after the others' turn.
        """
        run = run_day(context)
        if asked := conf(context, SWEEP_RUN)["batches"]:
            _demand_poll(context, asked)
            handled = run_asked_selections(context, run, asked) + collect_asked(context, run, asked)
            return self.said(context, of_tasks_and_selections, handled)
        try:
            swept = take_turns(_turns(context, run), "swept")
        except Exception:
            self.said(context, of_tasks_and_selections, 0)  # the others had their turn
            raise
        found = self.said(context, of_tasks_and_selections, sum(done for done, _ in swept))
        waits = [wait for _, found in swept for wait in found]
        now = datetime.now(UTC)
        if waits and now + timedelta(seconds=min(waits)) <= context["dag_run"].start_date + self.patience:
            raise AirflowRescheduleException(now + timedelta(seconds=min(waits)))
        return found


def _demand_poll(context: Any, asked: Sequence[str]) -> None:
    """获取异步结果 by whoever started the run. Raises AirflowFailException with every row that is closed."""
    with PoolHook().connect(who(context)) as connection:
        try:
            demand_rows(connection, who(context), "poll", asked)
        except BadInput as refused:
            raise refusal(context, str(refused)) from None


def _turns(context: Any, run: RunDay) -> dict[str, SweepStep]:
    """What is swept, in order: 勾选 goes before 下载发票数据 (R215)."""
    turns: dict[str, SweepStep] = {"selections": lambda: (run_due_selections(context, run), [])}
    turns["incomplete rows"] = lambda: (_ask_incomplete_again(), [])
    if not run.explicit:  # a person who names the day asks for what is due, not for what that day missed
        turns["missed ticks"] = lambda: (_plan_missed(context), [])
    for channel in DOWNLOAD_CHANNELS:
        turns[f"channel {channel}"] = partial(_sweep, context, run, channel)
    return turns


def _plan_missed(context: Any) -> int:
    now, is_paused = fired_at(context), partial(_is_paused, context)
    with PoolHook().connect(CALENDAR) as connection:
        turns = {
            "the calendar": partial(plan_missed, connection, now, is_paused=is_paused),
            "history_auto_update": partial(make_up, connection, now, is_paused),
        }
        return sum(take_turns(turns, "planned"))


def _ask_incomplete_again() -> int:
    with PoolHook().connect(CALENDAR) as connection, connection.transaction():
        return TaskTable(connection).ask_incomplete_again(MAX_ATTEMPTS)


def _is_paused(context: Any, dag_id: str) -> bool:
    """Whether a person switched the DAG off; one that Airflow does not know of is not."""
    try:
        return bool(context["ti"].get_dag(dag_id=dag_id).is_paused)
    except Exception as unknown:
        log.warning("whether %s is switched off cannot be asked: %s", dag_id, unknown)
        return False


def _sweep(context: Any, run: RunDay, channel: str) -> tuple[int, list[float]]:
    """How many rows of the channel were handled, and in how many seconds its next one is due, if any is open."""
    with open_worker_pool(context, run, channel, None) as workers:
        if workers is None:
            return 0, []
        handled = workers.run_until_idle(None)
        open_rows, seconds = workers.next_due(None)
        return handled, [seconds] if open_rows and seconds is not None else []
