"""What one worker of the selections has before it, beside its place in the queue: the channels and the rules."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from fapiao.rules.book import RuleBook, rulebook
from fapiao.selection.rules import SelectionRules, selection_rules
from fapiao.selection.sentences import sentence
from fapiao.tasks import RunDay
from hooks.channels.selection_channel import SelectionChannel
from hooks.queues.login_requests import LoginRequests
from hooks.queues.selections import SelectionTable
from hooks.queues.submissions import Submissions
from operators.leased_queue.lazy_channels import LazyChannels
from operators.leased_queue.logins import LoginSession, LoginTables
from operators.leased_queue.session import Connect, releasing
from operators.run_context import clock


@dataclass(frozen=True, slots=True)
class SelectionTables(LoginTables[SelectionTable]):
    """The tables a transaction works on."""

    submissions: Submissions


@dataclass(slots=True)
class SelectionSession(LoginSession[SelectionTables]):
    """The place of a worker, or of a person who submits; `bureaus` are the channels that select."""

    bureaus: Mapping[str, SelectionChannel]
    rules: SelectionRules
    book: RuleBook

    def tables(self) -> SelectionTables:
        """Selections, submissions and login requests."""
        of = self.connection
        return SelectionTables(of, SelectionTable(of), LoginRequests(of), Submissions(of))

    def login_channel(self, channel: str) -> SelectionChannel:
        """The channel of that name."""
        return self.bureaus[channel]

    def says(self, key: str, surface: str = "interactive") -> str:
        """A sentence byte for byte, as the surface words it."""
        return sentence(self.book, key, surface)

    @property
    def unanswered(self) -> timedelta:
        """How long an upload without an answer is left alone before the bureau is asked what it holds."""
        return timedelta(seconds=self.rules.unanswered_seconds)


@contextmanager
def selection_session(
    connecting: AbstractContextManager[psycopg.Connection[Any]],
    run: RunDay,
    owner: str,
    names: Collection[str],
    open_channel: Callable[[str], SelectionChannel],
    connect: Connect | None = None,
) -> Iterator[SelectionSession]:
    """A session over a connection of its own, for a person or a worker; its channels are opened as they are asked for.

    `run` names the submissions made at it: one run makes one. `connect` opens what replaces the connection where a row
    has cost it. The leases that are left are given up at the end.
    """
    with connecting as connection, ExitStack() as stack:
        bureaus = LazyChannels(names, open_channel, stack)
        rules = selection_rules()
        session = SelectionSession(connection, run, owner, clock, bureaus, rules, rulebook(), connect=connect)
        with releasing(session):
            yield session
