"""What a worker of a leased queue has before it: a connection of its own, its name, the day it works for, the clock."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import psycopg

from fapiao.tasks import ClaimedRow, RunDay
from hooks.pool.faults import Fault, fault_of
from hooks.pool.sessions import end_silent
from hooks.queues.leased_table import LeasedTable

Connect = Callable[[], psycopg.Connection[Any]]
Queue = TypeVar("Queue", bound=LeasedTable[Any])

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueueTables(Generic[Queue]):
    """The tables a transaction works on: the queue itself, and what a kind of session adds."""

    connection: psycopg.Connection[Any]
    queue: Queue


Tables = TypeVar("Tables", bound=QueueTables[Any])


@dataclass(slots=True)
class Session(ABC, Generic[Tables]):
    """One worker's place; `owner` stands in its leases, `now` is the clock, an argument so that tests turn it.

    `connection` is replaced by what `connect` opens when a row has cost the session its own; without `connect` such a
    session has come to its end.
    """

    connection: psycopg.Connection[Any]
    run: RunDay
    owner: str
    now: Callable[[], datetime]
    connect: Connect | None = field(default=None, kw_only=True)

    @abstractmethod
    def tables(self) -> Tables:
        """The tables over the session's connection."""

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """All or nothing on the worker's own connection."""
        with self.connection.transaction():
            yield self.tables()

    @contextmanager
    def locked(self, row: ClaimedRow) -> Iterator[Tables]:
        """A transaction that holds a claimed row to its end. Raises LeaseLost."""
        with self.transaction() as tables:
            tables.queue.lock_claimed(row)
            yield tables

    def recover(self, broken: BaseException) -> None:
        """Makes the session fit for the next statement: rolled back, or over a new connection where the old has gone.

        A session that was frozen with the lock in its hands is ended. Raises `broken` where no new connection is to be
        had: the database is gone.
        """
        if not self.connection.closed:
            self.connection.rollback()
            if fault_of(broken) is Fault.LOCK:
                end_silent(self.connection)
            return
        if self.connect is None:
            raise broken
        try:
            self.connection = self.connect()
        except psycopg.Error as unreachable:
            raise broken from unreachable
        log.warning("%s has lost its connection and goes on with a new one", self.owner)

    def instant(self) -> datetime:
        """The instant at which the bureau is heard now."""
        return self.run.instant(self.now())

    def quota_day(self) -> date:
        """The day of Asia/Shanghai on which a call made now counts."""
        return self.run.quota_day(self.now())


AnySession = TypeVar("AnySession", bound=Session[Any])


@contextmanager
def releasing(session: AnySession) -> Iterator[AnySession]:
    """The session, with the leases that are left given up at the end, by an error or Ctrl-C too.

    What a row has to do with an error the guard has written down by then. Only a worker that is killed, or stopped
    while it hangs, keeps its leases: they show which rows it held (docs/leased_queue.md).
    """
    first = session.connection
    try:
        yield session
    except (Exception, KeyboardInterrupt):
        _give_up_what_is_left(session)
        raise
    else:
        _give_up_leases(session)
    finally:
        if session.connection is not first:
            session.connection.close()


def _give_up_leases(session: Session[Any]) -> None:
    with session.transaction() as tables:
        tables.queue.release(session.owner)


def _give_up_what_is_left(session: Session[Any]) -> None:
    """As far as the database can be reached; else the leases run out."""
    try:
        session.recover(RuntimeError("the session has ended"))
        _give_up_leases(session)
    except Exception:
        log.warning("%s cannot give its leases up; they run out", session.owner, exc_info=True)
