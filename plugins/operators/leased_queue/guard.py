"""The guard around one claimed row: whatever becomes of it, the rows behind it have their turn."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fapiao.errors import BureauError, LeaseLost, Refused, TryLater
from fapiao.permissions.task_actions import SET_ASIDE
from fapiao.tasks import ClaimedRow
from fapiao.texts.language import speaking
from fapiao.texts.said import Said, said
from hooks.pool.faults import Fault, described, fault_of, is_held_against_row
from operators.leased_queue.session import AnySession, Session, Tables

MAX_ATTEMPTS = 3
"""Failures after which a row is given up; waiting for quota, login or processing is not one."""
MOST_BROKEN_WORKERS = 3
"""Workers that may end over a row before it is set aside: by an exception, killed, or out of memory."""

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=ClaimedRow)


def is_last_attempt(row: ClaimedRow) -> bool:
    """Whether one more failure is one too many."""
    return is_last_try(row.attempts)


def is_last_try(before: int) -> bool:
    """Whether after so many failures one more is one too many."""
    return before + 1 >= MAX_ATTEMPTS


def may_be_tried_again(row: ClaimedRow, error: BureauError) -> bool:
    """Whether a failure puts the row off; every other one ends it."""
    return isinstance(error, TryLater) and not is_last_attempt(row)


@dataclass(frozen=True, slots=True)
class Guard(Generic[Tables, Row]):
    """What one queue says for itself: how its rows are called in the log.

    `forget` takes back what the row's worker believed, in the transaction that writes a broken one down; errors of
    `nobodys_fault` end the run as the database's do.
    """

    kind: str
    forget: Callable[[Tables, Row], None] | None = None
    nobodys_fault: tuple[type[Exception], ...] = ()

    def run(self, session: AnySession, row: Row, handle: Callable[[AnySession, Row], object]) -> None:
        """Handles one claimed row, or sets it aside where it broke too many workers before.

        What the row says is Chinese, whoever runs it. One that was taken over or voided is let go with a line in the
        log, also where that shows only when its failure is written. Raises what is no row's fault: a database that is
        gone, and `nobodys_fault`.
        """
        with speaking("zh"):
            self._run(session, row, handle)

    def _run(self, session: AnySession, row: Row, handle: Callable[[AnySession, Row], object]) -> None:
        try:
            if row.broke_workers < MOST_BROKEN_WORKERS:
                handle(session, row)
            else:
                self._set_aside(session, row, row.broke_workers)
        except LeaseLost:
            self._let_go(row)
        except Exception as broken:
            log.exception("%s %s failed inside fapiao", self.kind, row.batch_no)
            self._write_down(session, row, broken)

    def _write_down(self, session: Session[Any], row: Row, broken: Exception) -> None:
        """What the row says of it. A row of which nothing can be written keeps its lease, and has its turn last."""
        fault = Fault.DATABASE if isinstance(broken, self.nobodys_fault) else fault_of(broken, session.connection)
        session.recover(broken)
        try:
            self._put_off(session, row, fault, described(broken, fault, row.broke_workers))
        except LeaseLost:
            self._let_go(row)
        except Exception as unwritable:
            session.recover(unwritable)
            log.exception("%s %s cannot be written down; its lease runs out", self.kind, row.batch_no)
            fault = Fault.DATABASE if fault_of(unwritable) is Fault.DATABASE else fault
        if fault is Fault.DATABASE:
            raise broken

    def _put_off(self, session: Session[Any], row: Row, fault: Fault, why: BureauError) -> None:
        broke = row.broke_workers + is_held_against_row(fault)
        if broke >= MOST_BROKEN_WORKERS:
            self._set_aside(session, row, broke, why.said)
            return
        with session.locked(row) as tables:
            if self.forget:
                self.forget(tables, row)
            tables.queue.put_off(row, why, broke)

    def _set_aside(self, session: Session[Any], row: Row, broke: int, why: str | Said = "") -> None:
        """The row rests as it is until a person fetches it again or voids it."""
        text = said("errors.set_aside_because", count=broke, why=why) if why else said("errors.set_aside", count=broke)
        with session.locked(row) as tables:
            tables.queue.set_aside(row, Refused(SET_ASIDE, text), broke)

    def _let_go(self, row: Row) -> None:
        log.warning("%s %s was taken over or voided; this worker lets it go", self.kind, row.batch_no)
