"""A pool of workers: claims due rows in batches and handles a bounded number side by side."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import Any, Self

import psycopg

from fapiao.errors import BureauError, LeaseLost, Refused, TryLater
from fapiao.permissions.task_actions import SET_ASIDE
from fapiao.tasks import Claim
from hooks.pool.faults import blamed_on_row
from hooks.queues.tasks import TaskTable
from operators.downloads.apply import apply_one
from operators.downloads.collect import collect_one
from operators.downloads.login_wait import check_logins
from operators.downloads.session import WorkerSession
from operators.run_context import MAX_ATTEMPTS, SHORT_WAIT_SECONDS

MOST_IDLE_ROUNDS = 20
"""Rounds that move no row although one is said to be due."""
TURN_SECONDS = 300.0
"""How long a channel may go on with rows that come back after a short wait, before others have their turn."""

log = logging.getLogger(__name__)

Handler = Callable[[WorkerSession, Claim], None]

MOST_BROKEN_WORKERS = 3
"""Workers that may end over a row before it is set aside."""
_ADVICE = "see the task's Airflow log; the raw replies are kept"


class WorkerPool:
    """Workers over one session's settings; the session given is the claiming session that claims and looks ahead."""

    def __init__(
        self,
        claiming_session: WorkerSession,
        connect: Callable[[], psycopg.Connection[Any]],
        channel: str,
        owner: str,
        size: int,
    ) -> None:
        self.claiming_session = claiming_session
        self.channel = channel
        self.owner = owner
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
        handled, seen = 0, set[int]()
        while claims := self._claim(statuses, dag_id):
            self.handle(act, claims)
            handled += len(claims)
            tasks = {claim.task_id for claim in claims}
            if tasks <= seen:
                break
            seen |= tasks
        return handled

    def handle(self, act: Handler, claims: Sequence[Claim]) -> None:
        """Handles rows that are claimed already, side by side."""
        list(self._workers.map(lambda claim: self._handle(act, claim), claims))

    def _claim(self, statuses: Sequence[str], dag_id: str | None) -> list[Claim]:
        """Rows that broke a worker, or were in its hands when it ended, come last and alone: who breaks it shows."""
        with self.claiming_session.transaction() as tables:
            claim = partial(tables.tasks.claim, self.channel, statuses, self.owner, self.claiming_session.quota_day())
            return claim(self._size * 4, dag_id, suspects=False) or claim(1, dag_id, suspects=True)

    def _handle(self, act: Handler, claim: Claim) -> None:
        session = self._usable(self._sessions.get())
        try:
            self._act(act if claim.broke_workers < MOST_BROKEN_WORKERS else _set_aside, session, claim)
        except LeaseLost:
            log.warning("task %s was taken over or voided; this worker lets it go", claim.batch_no)
        finally:
            self._sessions.put(session)

    def _act(self, act: Handler, session: WorkerSession, claim: Claim) -> None:
        """Raises LeaseLost, also where a row was lost before its failure could be written; or the database is gone."""
        try:
            act(session, claim)
        except LeaseLost:
            raise
        except Exception as broken:
            log.exception("task %s failed inside fapiao", claim.batch_no)
            error = blamed_on_row(broken, session.connection, _ADVICE)
            _fail_row(self._usable(session), claim, error)

    def _usable(self, session: WorkerSession) -> WorkerSession:
        """The session, with a new connection where a row has cost it its own."""
        if not session.connection.closed:
            return session
        return replace(session, connection=self._stack.enter_context(self._connect()))

    def check_logins(self, *, at_once: bool = False) -> int:
        """Looks whether accounts that rows wait for are logged in again; how many rows go on."""
        return check_logins(self.claiming_session, self.channel, at_once=at_once)

    def next_due(self, dag_id: str | None) -> tuple[int, float | None]:
        """How many rows are open today, and the seconds until the earliest is due or its login is looked at.

        None: time alone makes no row due.
        """
        with self.claiming_session.transaction() as tables:
            return tables.tasks.next_due(self.channel, self.claiming_session.quota_day(), dag_id)

    def release_leases(self) -> None:
        """Gives up the leases that are left."""
        with self.claiming_session.transaction() as tables:
            TaskTable(tables.connection).release(self.owner)


def _fail_row(session: WorkerSession, claim: Claim, error: BureauError) -> None:
    """A row that breaks our own code ends with a sentence, so that it cannot hold up the rows behind it."""
    with session.transaction() as tables:
        tables.tasks.lock_claimed(claim)
        tables.ledger.settle(claim, "unknown")
        if isinstance(error, TryLater) and claim.attempts + 1 < MAX_ATTEMPTS:
            tables.tasks.postpone(claim, seconds=error.wait_seconds, why=error, cost=1)
        else:
            tables.tasks.fail(claim, "apply_failed" if claim.status == "pending" else "download_failed", error, cost=1)


def _set_aside(session: WorkerSession, claim: Claim) -> None:
    """The row rests as it is, with its replies, until a person fetches it again or voids it."""
    text = f"处理该任务的工作进程已有 {claim.broke_workers} 次中途退出，任务已搁置"
    advice = "see the Airflow logs of the workers; once it is mended, fetch the task (获取异步结果) or void it (作废)"
    with session.transaction() as tables:
        tables.tasks.lock_claimed(claim)
        tables.tasks.set_aside(claim, Refused(SET_ASIDE, text, advice))


def run_until_idle(workers: WorkerPool, dag_id: str | None) -> int:
    """Applies and collects until the next row is due only after a real wait; how many rows were handled.

    A channel whose rows keep coming back, or are due and cannot be taken, is left to the next worker with a sentence,
    so that the channels behind it have their turn.
    """
    handled, idle, end = 0, 0, time.monotonic() + TURN_SECONDS
    while True:
        freed, done = _round(workers, dag_id)
        handled, idle = handled + done, 0 if freed or done else idle + 1
        open_rows, seconds = workers.next_due(dag_id)
        if not open_rows or seconds is None or seconds > SHORT_WAIT_SECONDS:
            return handled
        if idle == MOST_IDLE_ROUNDS or time.monotonic() > end:
            log.warning(
                "channel %s: %d rows are open and due again and again; the next worker goes on with them",
                *(workers.channel, open_rows),
            )
            return handled
        time.sleep(max(seconds, 0.05))


def _round(workers: WorkerPool, dag_id: str | None) -> tuple[int, int]:
    """How many rows a login set going, and how many were handled."""
    freed = workers.check_logins()
    done = workers.run_until_none_due(["pending"], apply_one, dag_id)
    return freed, done + workers.run_until_none_due(["downloading", "downloaded"], collect_one, dag_id)
