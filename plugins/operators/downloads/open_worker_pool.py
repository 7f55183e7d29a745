"""Opens a crew for an Airflow task: connections, bureau, rules and parameters for the run's day."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from fapiao.rules.book import rulebook
from fapiao.tasks import RunDay
from hooks.channels.download_channels import BUREAUS
from hooks.pool.connection import PoolHook
from hooks.queues.tasks import TaskTable
from operators.downloads.session import Desk, read_parameters
from operators.downloads.worker_pool import Crew
from operators.who import who

SHORT_WAIT_SECONDS = 3.0
"""A wait shorter than the cost of a reschedule is waited out in place."""


def clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


@contextmanager
def crew(context: Mapping[str, Any], run: RunDay, channel: str, dag_id: str | None) -> Iterator[Crew | None]:
    """A crew for one channel; None where the DAG, or with None any DAG, has no open row: then no connection is needed.

    Its owner name is the Airflow task's, so that a retry takes its own rows back at once.
    """
    hook = PoolHook()
    actor = who(context)
    with hook.connect(actor) as front:
        with front.transaction():
            parameters = read_parameters(front)
            open_rows = TaskTable(front).has_open(channel, dag_id)
        if not open_rows:
            yield None
            return
        with closing(BUREAUS[channel]()) as bureau:
            desk = Desk(front, bureau, rulebook(), run, parameters, clock)
            owner = f"{run.dag_id}/{run.run_id}/{context['ti'].task_id}"
            with Crew(desk, lambda: hook.connect(actor), channel, owner, bureau.concurrency) as workers:
                yield workers
                workers.go_home()
