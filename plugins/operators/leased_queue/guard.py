"""The guard around one claimed row: whatever becomes of it, the rows behind it have their turn."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fapiao.errors import BureauError, LeaseLost, TryLater
from fapiao.tasks import ClaimedRow
from hooks.pool.faults import blamed_on_row
from operators.leased_queue.session import AnySession, Session, Tables

MAX_ATTEMPTS = 3
"""Failures after which a row is given up; waiting for quota, login or processing is not one."""

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=ClaimedRow)


def is_last_attempt(row: ClaimedRow) -> bool:
    """Whether one more failure is one too many."""
    return row.attempts + 1 >= MAX_ATTEMPTS


def may_be_tried_again(row: ClaimedRow, error: BureauError) -> bool:
    """Whether a failure puts the row off; every other one ends it."""
    return isinstance(error, TryLater) and not is_last_attempt(row)


@dataclass(frozen=True, slots=True)
class Guard(Generic[Tables, Row]):
    """What one queue says for itself: how its rows are called, and what a row that broke our code ends with.

    `give_up` fails or postpones the row in the transaction that holds it, `set_aside` what becomes of it there when
    `most_broken_workers` ended over it; `advice` goes with an internal error; errors of `nobodys_fault` end the run.
    """

    kind: str
    advice: str
    give_up: Callable[[Tables, Row, BureauError], None]
    most_broken_workers: int = 0
    set_aside: Callable[[Tables, Row], None] | None = None
    nobodys_fault: tuple[type[Exception], ...] = ()

    def run(
        self,
        session: AnySession,
        row: Row,
        handle: Callable[[AnySession, Row], object],
        reconnected: Callable[[AnySession], AnySession] = lambda session: session,
    ) -> None:
        """Handles one claimed row; `reconnected` gives a session that the row has cost its connection a new one.

        A row that was taken over or voided is let go with a line in the log, also where that shows only when its
        failure is written. Raises what is no row's fault: a database that is gone, and `nobodys_fault`.
        """
        try:
            if not self._was_set_aside(session, row):
                handle(session, row)
        except LeaseLost:
            self._let_go(row)
        except self.nobodys_fault:
            raise
        except Exception as broken:
            log.exception("%s %s failed inside fapiao", self.kind, row.batch_no)
            error = blamed_on_row(broken, session.connection, self.advice)
            self._give_up(reconnected(session), row, error)

    def _give_up(self, session: Session[Any], row: Row, error: BureauError) -> None:
        try:
            with session.locked(row) as tables:
                self.give_up(tables, row, error)
        except LeaseLost:
            self._let_go(row)

    def _let_go(self, row: Row) -> None:
        log.warning("%s %s was taken over or voided; this worker lets it go", self.kind, row.batch_no)

    def _was_set_aside(self, session: Session[Any], row: Row) -> bool:
        if self.set_aside is None or row.broke_workers < self.most_broken_workers:
            return False
        with session.locked(row) as tables:
            self.set_aside(tables, row)
        return True
