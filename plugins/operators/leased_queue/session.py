"""What a worker of a leased queue has before it: a connection of its own, its name, the day it works for, the clock."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import psycopg

from fapiao.tasks import ClaimedRow, RunDay
from hooks.queues.leased_table import LeasedTable

Queue = TypeVar("Queue", bound=LeasedTable[Any])


@dataclass(frozen=True, slots=True)
class QueueTables(Generic[Queue]):
    """The tables a transaction works on: the queue itself, and what a kind of session adds."""

    connection: psycopg.Connection[Any]
    queue: Queue


Tables = TypeVar("Tables", bound=QueueTables[Any])


@dataclass(frozen=True, slots=True)
class Session(ABC, Generic[Tables]):
    """One worker's place; `owner` stands in its leases, `now` is the clock, an argument so that tests turn it."""

    connection: psycopg.Connection[Any]
    run: RunDay
    owner: str
    now: Callable[[], datetime]

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

    def instant(self) -> datetime:
        """The instant at which the bureau is heard now."""
        return self.run.instant(self.now())

    def quota_day(self) -> date:
        """The day of Asia/Shanghai on which a call made now counts."""
        return self.run.quota_day(self.now())


AnySession = TypeVar("AnySession", bound=Session[Any])


@contextmanager
def releasing(session: AnySession) -> Iterator[AnySession]:
    """The session, with the leases that are left given up at the end.

    A worker that ends by an error keeps them: they show which rows it held (docs/leased_queue.md).
    """
    yield session
    with session.transaction() as tables:
        tables.queue.release(session.owner)
