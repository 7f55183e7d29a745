"""A pool of workers: claims due rows in batches and handles a bounded number side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import Any, Self

import psycopg

from fapiao.tasks import Claim
from hooks.pool.sessions import end_silent
from operators.downloads.apply import apply_one
from operators.downloads.collect import collect_one
from operators.downloads.session import SessionTables, WorkerSession
from operators.leased_queue import loop
from operators.leased_queue.guard import Guard
from operators.leased_queue.logins import recheck_logins

Handler = Callable[[WorkerSession, Claim], None]

LOOK_SECONDS = 10.0
"""How often somebody who waits for workers looks whether a session froze in the middle of a statement."""


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
        self._stack.callback(self._close)
        for _ in range(self._size):
            self._sessions.put(replace(self.claiming_session, connection=self._connect(), connect=self._connect))
        self._workers = self._stack.enter_context(ThreadPoolExecutor(self._size))
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def _close(self) -> None:
        """The connections of the workers, those that replaced others too."""
        while not self._sessions.empty():
            self._sessions.get().connection.close()

    def run_until_none_due(self, statuses: Sequence[str], act: Handler, dag_id: str | None) -> int:
        """Handles rows in these statuses until none is due, or the same ones are due again; how many were handled."""
        return loop.run_until_none_due(partial(self._claim, statuses, dag_id), partial(self.handle, act))

    def handle(self, act: Handler, claims: Sequence[Claim]) -> None:
        """Handles rows that are claimed already, side by side; a session that froze meanwhile, anybody's, is ended."""
        handled = [self._workers.submit(self._handle, act, claim) for claim in claims]
        while wait(handled, timeout=LOOK_SECONDS).not_done:
            end_silent(self.claiming_session.connection)
        for one in handled:
            one.result()

    def _claim(self, statuses: Sequence[str], dag_id: str | None) -> Sequence[Claim]:
        session = self.claiming_session
        with session.transaction() as tables:
            claim = partial(
                tables.queue.claim, self.channel, statuses, session.owner, session.quota_day(), dag_id=dag_id
            )
            return loop.suspects_last(claim, self._size * 4)

    def _handle(self, act: Handler, claim: Claim) -> None:
        session = self._sessions.get()
        try:
            _GUARD.run(session, claim, act)
        finally:
            self._sessions.put(session)

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


_GUARD: Guard[SessionTables, Claim] = Guard("task")
