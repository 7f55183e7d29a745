"""Opens a session for the selections: a connection, channels as they are needed, rules and clock; and works in it."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules
from fapiao.tasks import RunDay
from hooks.channels.selection_channel import SelectionChannel
from hooks.channels.selection_channels import SELECTION_CHANNELS
from hooks.pool.connection import PoolHook
from operators.run_context import SHORT_WAIT_SECONDS, clock
from operators.selections.session import SelectionSession
from operators.selections.worker import run_until_idle
from operators.who import who

log = logging.getLogger(__name__)


class LazyChannels(Mapping[str, SelectionChannel]):
    """The channels that select, each opened when it is first asked for: a channel without a connection hurts nobody."""

    def __init__(self, kinds: Mapping[str, Callable[[], SelectionChannel]], stack: ExitStack) -> None:
        self._kinds, self._stack = kinds, stack
        self._open: dict[str, SelectionChannel] = {}

    def __getitem__(self, channel: str) -> SelectionChannel:
        if channel not in self._open:
            self._open[channel] = self._stack.enter_context(closing(self._kinds[channel]()))
        return self._open[channel]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


@contextmanager
def open_selection_session(actor: str, run: RunDay, owner: str) -> Iterator[SelectionSession]:
    """A session for a person or a worker; closed at the end, with the leases that are left given up.

    `run` names the submissions made at it: one run makes one. Raises psycopg.OperationalError.
    """
    with PoolHook().connect(actor) as connection, ExitStack() as stack:
        bureaus = LazyChannels(SELECTION_CHANNELS, stack)
        session = SelectionSession(connection, bureaus, selection_rules(), rulebook(), run, owner, clock)
        yield session
        with session.transaction() as tables:
            tables.table.release(owner)


def run_due_selections(context: Mapping[str, Any], run: RunDay, only: str | None = None) -> int:
    """Works what is due on every channel, or on one alone; how many requests were handled.

    A channel that cannot be worked, for want of its connection perhaps, raises after the others' turn.
    """
    failures, handled = [], 0
    with open_selection_session(who(context), run, f"{run.dag_id}/{run.run_id}/{context['ti'].task_id}") as session:
        with session.transaction() as tables:
            channels = [one for one in tables.table.open_channels() if only in (None, one)]
        for channel in channels:
            try:
                handled += run_until_idle(session, channel, SHORT_WAIT_SECONDS)
            except Exception as failure:
                log.exception("selections of channel %s cannot be worked", channel)
                failures.append(failure)
    if failures:
        raise failures[0]
    return handled
