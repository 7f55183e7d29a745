"""What one worker of the selections has before it: a connection of its own, the channels, the rules and the clock."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from fapiao.rules.book import RuleBook
from fapiao.selection.rules import SelectionRules
from fapiao.selection.sentences import sentence
from fapiao.tasks import RunDay
from hooks.channels.selection_channel import SelectionChannel
from hooks.queues.login_requests import LoginRequests
from hooks.queues.selections import SelectionTable
from hooks.queues.submissions import Submissions


@dataclass(frozen=True, slots=True)
class SelectionTables:
    """The tables a transaction works on."""

    connection: psycopg.Connection[Any]
    table: SelectionTable
    submissions: Submissions
    logins: LoginRequests


@dataclass(frozen=True, slots=True)
class SelectionSession:
    """One worker's place; `bureaus` are the channels that select, `now` is the clock: tests turn it."""

    connection: psycopg.Connection[Any]
    bureaus: Mapping[str, SelectionChannel]
    rules: SelectionRules
    book: RuleBook
    run: RunDay
    owner: str
    now: Callable[[], datetime]

    @contextmanager
    def transaction(self) -> Iterator[SelectionTables]:
        """All or nothing on the worker's own connection."""
        with self.connection.transaction():
            yield SelectionTables(
                self.connection,
                SelectionTable(self.connection),
                Submissions(self.connection),
                LoginRequests(self.connection),
            )

    def instant(self) -> datetime:
        """The instant at which the bureau is heard now; the cache of thirty minutes is told by it too."""
        return self.run.instant(self.now())

    def says(self, key: str, surface: str = "interactive") -> str:
        """A sentence byte for byte, as the surface words it."""
        return sentence(self.book, key, surface)

    @property
    def unanswered(self) -> timedelta:
        """How long an upload without an answer is left alone before the bureau is asked what it holds."""
        return timedelta(seconds=self.rules.unanswered_seconds)
