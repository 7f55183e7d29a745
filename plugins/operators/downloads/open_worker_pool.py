"""Opens a worker pool for an Airflow task: connections, bureau, rules and parameters for the run's day."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from fapiao.rules.book import rulebook
from fapiao.tasks import RunDay
from hooks.channels.download_channels import DOWNLOAD_CHANNELS
from hooks.enterprise.parameters import read_parameters
from hooks.pool.bureau_kind import admit
from hooks.pool.connection import PoolHook
from hooks.queues.tasks import TaskTable
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from operators.leased_queue.session import releasing
from operators.run_context import clock, owner_of, who


@contextmanager
def open_worker_pool(
    context: Mapping[str, Any], run: RunDay, channel: str, dag_id: str | None
) -> Iterator[WorkerPool | None]:
    """The workers of one channel; None where the DAG, or any with None, has no open row: no connection is needed then.

    Its owner name is the Airflow task's, so that a retry takes its own rows back at once. Raises Unusable where the
    other kind of bureau fills the pool, TryLater where it is one of rehearsals and nobody knows who answers (A-54):
    before a row is claimed, so that no row is to blame.
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
        with closing(DOWNLOAD_CHANNELS[channel]()) as bureau:
            admit(front, bureau)
            connect = partial(hook.connect, actor)
            session = WorkerSession(
                front, run, owner_of(context, run), clock, bureau, rulebook(), parameters, connect=connect
            )
            with releasing(session), WorkerPool(session, connect, channel, bureau.concurrency) as workers:
                yield workers
