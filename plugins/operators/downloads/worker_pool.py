"""A crew of workers: claims due rows in batches and handles a bounded number side by side."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import Any, Self

import psycopg

from fapiao.errors import BureauError, Refused, TryLater
from fapiao.permissions.task_actions import SET_ASIDE
from fapiao.tasks import Claim
from hooks.pool.faults import blamed_on_row
from hooks.queues.tasks import LostClaim, TaskTable
from operators.downloads.apply import MAX_ATTEMPTS
from operators.downloads.session import Desk
from operators.login_state import check_logins

log = logging.getLogger(__name__)

Act = Callable[[Desk, Claim], None]

MOST_BROKEN_WORKERS = 3
"""Workers that may end over a row before it is set aside."""
_ADVICE = "see the task's Airflow log; the raw replies are kept"


class Crew:
    """Workers over one desk's settings; the desk given is the front desk that claims and looks ahead."""

    def __init__(
        self, front: Desk, connect: Callable[[], psycopg.Connection[Any]], channel: str, owner: str, size: int
    ) -> None:
        self.front = front
        self.channel = channel
        self.owner = owner
        self._connect = connect
        self._size = size
        self._stack = ExitStack()
        self._desks: SimpleQueue[Desk] = SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self._size):
            connection = self._stack.enter_context(self._connect())
            self._desks.put(replace(self.front, connection=connection))
        self._workers = self._stack.enter_context(ThreadPoolExecutor(self._size))
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def work_through(self, statuses: Sequence[str], act: Act, dag_id: str | None) -> int:
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

    def handle(self, act: Act, claims: Sequence[Claim]) -> None:
        """Handles rows that are claimed already, side by side."""
        list(self._workers.map(lambda claim: self._handle(act, claim), claims))

    def _claim(self, statuses: Sequence[str], dag_id: str | None) -> list[Claim]:
        """Rows that broke a worker, or were in its hands when it ended, come last and alone: who breaks it shows."""
        with self.front.transaction() as work:
            claim = partial(work.tasks.claim, self.channel, statuses, self.owner, self.front.quota_day())
            return claim(self._size * 4, dag_id, suspects=False) or claim(1, dag_id, suspects=True)

    def _handle(self, act: Act, claim: Claim) -> None:
        desk = self._usable(self._desks.get())
        try:
            self._act(act if claim.broke_workers < MOST_BROKEN_WORKERS else _set_aside, desk, claim)
        except LostClaim:
            log.warning("task %s was taken over or voided; this worker lets it go", claim.batch_no)
        finally:
            self._desks.put(desk)

    def _act(self, act: Act, desk: Desk, claim: Claim) -> None:
        """Raises LostClaim, also where a row was lost before its failure could be written; or the database is gone."""
        try:
            act(desk, claim)
        except LostClaim:
            raise
        except Exception as broken:
            log.exception("task %s failed inside fapiao", claim.batch_no)
            error = blamed_on_row(broken, desk.connection, _ADVICE)
            _fail_row(self._usable(desk), claim, error)

    def _usable(self, desk: Desk) -> Desk:
        """The desk, with a new connection where a row has cost it its own."""
        if not desk.connection.closed:
            return desk
        return replace(desk, connection=self._stack.enter_context(self._connect()))

    def check_logins(self, *, at_once: bool = False) -> int:
        """Looks whether accounts that rows wait for are logged in again; how many rows go on."""
        return check_logins(self.front, self.channel, at_once=at_once)

    def look_ahead(self, dag_id: str | None) -> tuple[int, float | None]:
        """How many rows are open today, and the seconds until the earliest is due or its login is looked at.

        None: time alone makes no row due.
        """
        with self.front.transaction() as work:
            return work.tasks.next_due(self.channel, self.front.quota_day(), dag_id)

    def go_home(self) -> None:
        """Gives up the leases that are left."""
        with self.front.transaction() as work:
            TaskTable(work.connection).release(self.owner)


def _fail_row(desk: Desk, claim: Claim, error: BureauError) -> None:
    """A row that breaks our own code ends with a sentence, so that it cannot hold up the rows behind it."""
    with desk.transaction() as work:
        work.tasks.hold(claim)
        work.ledger.settle(claim, "unknown")
        if isinstance(error, TryLater) and claim.attempts + 1 < MAX_ATTEMPTS:
            work.tasks.postpone(claim, seconds=error.wait_seconds, why=error, cost=1)
        else:
            work.tasks.fail(claim, "apply_failed" if claim.status == "pending" else "download_failed", error, cost=1)


def _set_aside(desk: Desk, claim: Claim) -> None:
    """The row rests as it is, with its replies, until a person fetches it again or voids it."""
    text = f"处理该任务的工作进程已有 {claim.broke_workers} 次中途退出，任务已搁置"
    advice = "see the Airflow logs of the workers; once it is mended, fetch the task (获取异步结果) or void it (作废)"
    with desk.transaction() as work:
        work.tasks.hold(claim)
        work.tasks.set_aside(claim, Refused(SET_ASIDE, text, advice))
