"""A pool of workers: claims due rows in batches and handles a bounded number side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import Any, Self

import psycopg

from fapiao.errors import BureauError, Refused
from fapiao.permissions.task_actions import SET_ASIDE
from fapiao.tasks import Claim
from operators.downloads.apply import apply_one
from operators.downloads.collect import collect_one
from operators.downloads.session import SessionTables, WorkerSession
from operators.leased_queue import loop
from operators.leased_queue.guard import Guard, may_be_tried_again
from operators.leased_queue.logins import recheck_logins

Handler = Callable[[WorkerSession, Claim], None]

MOST_BROKEN_WORKERS = 3
"""Workers that may end over a row before it is set aside."""


class WorkerPool:
    """Workers over one session's settings; the session given is the claiming session that claims and looks ahead."""

    def __init__(
        self,
        claiming_session: WorkerSession,
        connect: Callable[[], psycopg.Connection[Any]],
        channel: str,
        size: int,
    ) -> None:
        self.claiming_session = claiming_session
        self.channel = channel
        self._connect = connect
        self._size = size
        self._stack = ExitStack()
        self._sessions: SimpleQueue[WorkerSession] = SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self._size):
            connection = self._stack.enter_context(self._connect())
            self._sessions.put(replace(self.claiming_session, connection=connection))
        self._workers = self._stack.enter_context(ThreadPoolExecutor(self._size))
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def run_until_none_due(self, statuses: Sequence[str], act: Handler, dag_id: str | None) -> int:
        """Handles rows in these statuses until none is due, or the same ones are due again; how many were handled."""
        return loop.run_until_none_due(partial(self._claim, statuses, dag_id), partial(self.handle, act))

    def handle(self, act: Handler, claims: Sequence[Claim]) -> None:
        """Handles rows that are claimed already, side by side."""
        list(self._workers.map(lambda claim: self._handle(act, claim), claims))

    def _claim(self, statuses: Sequence[str], dag_id: str | None) -> list[Claim]:
        """Rows that broke a worker, or were in its hands when it ended, come last and alone: who breaks it shows."""
        session = self.claiming_session
        with session.transaction() as tables:
            claim = partial(tables.queue.claim, self.channel, statuses, session.owner, session.quota_day())
            return claim(self._size * 4, dag_id, suspects=False) or claim(1, dag_id, suspects=True)

    def _handle(self, act: Handler, claim: Claim) -> None:
        session = self._reconnected(self._sessions.get())
        try:
            _GUARD.run(session, claim, act, self._reconnected)
        finally:
            self._sessions.put(session)

    def _reconnected(self, session: WorkerSession) -> WorkerSession:
        """The session, with a new connection where a row has cost it its own."""
        if not session.connection.closed:
            return session
        return replace(session, connection=self._stack.enter_context(self._connect()))

    def next_due(self, dag_id: str | None) -> tuple[int, float | None]:
        """How many rows are open today, and the seconds until the earliest is due or its login is looked at.

        None: time alone makes no row due.
        """
        with self.claiming_session.transaction() as tables:
            return tables.queue.next_due(self.channel, self.claiming_session.quota_day(), dag_id)

    def run_until_idle(self, dag_id: str | None) -> int:
        """Applies and collects until the next row is due only after a real wait; how many rows were handled."""
        return loop.run_until_idle(
            f"channel {self.channel}", partial(self._round, dag_id), partial(self.next_due, dag_id)
        )

    def _round(self, dag_id: str | None) -> tuple[int, int]:
        """How many rows a login set going, and how many were handled."""
        freed = recheck_logins(self.claiming_session, self.channel)
        done = self.run_until_none_due(["pending"], apply_one, dag_id)
        return freed, done + self.run_until_none_due(["downloading", "downloaded"], collect_one, dag_id)


def _give_up(tables: SessionTables, claim: Claim, error: BureauError) -> None:
    """A row that breaks our own code ends with a sentence, so that it cannot hold up the rows behind it."""
    tables.ledger.settle(claim, "unknown")
    if may_be_tried_again(claim, error):
        tables.queue.postpone(claim, error.wait_seconds, error, cost=1)
    else:
        tables.queue.fail(claim, "apply_failed" if claim.status == "pending" else "download_failed", error, cost=1)


def _set_aside(tables: SessionTables, claim: Claim) -> None:
    """The row rests as it is, with its replies, until a person fetches it again or voids it."""
    text = f"处理该任务的工作进程已有 {claim.broke_workers} 次中途退出，任务已搁置"
    advice = "see the Airflow logs of the workers; once it is mended, fetch the task (获取异步结果) or void it (作废)"
    tables.queue.set_aside(claim, Refused(SET_ASIDE, text, advice))


_GUARD = Guard(
    kind="task",
    advice="see the task's Airflow log; the raw replies are kept",
    give_up=_give_up,
    most_broken_workers=MOST_BROKEN_WORKERS,
    set_aside=_set_aside,
)
