"""Opens a desk for the selections: a connection, the channels as they are needed, rules and clock; and works by it."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from airflow.sdk import BaseOperator

from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules
from fapiao.tasks import RunDay
from hooks.channels.selection_channel import SelectionBureau
from hooks.channels.selection_channels import SELECTION_BUREAUS
from hooks.pool.connection import PoolHook
from operators.downloads.open_worker_pool import SHORT_WAIT_SECONDS, clock
from operators.run_context import run_day
from operators.selections.session import SelectionDesk
from operators.selections.worker import until_quiet
from operators.who import who

log = logging.getLogger(__name__)


class OpenedWhenNeeded(Mapping[str, SelectionBureau]):
    """The channels that select, each opened when it is first asked for: a channel without a connection hurts nobody."""

    def __init__(self, kinds: Mapping[str, Callable[[], SelectionBureau]], stack: ExitStack) -> None:
        self._kinds, self._stack = kinds, stack
        self._open: dict[str, SelectionBureau] = {}

    def __getitem__(self, channel: str) -> SelectionBureau:
        if channel not in self._open:
            self._open[channel] = self._stack.enter_context(closing(self._kinds[channel]()))
        return self._open[channel]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


@contextmanager
def selection_desk(actor: str, run: RunDay, owner: str) -> Iterator[SelectionDesk]:
    """A desk for a person or a worker; closed at the end, with the leases that are left given up.

    `run` names the submissions made at it: one run makes one. Raises psycopg.OperationalError.
    """
    with PoolHook().connect(actor) as connection, ExitStack() as stack:
        bureaus = OpenedWhenNeeded(SELECTION_BUREAUS, stack)
        desk = SelectionDesk(connection, bureaus, selection_rules(), rulebook(), run, owner, clock)
        yield desk
        with desk.transaction() as work:
            work.table.release(owner)


def work_selections(context: Mapping[str, Any], run: RunDay, only: str | None = None) -> int:
    """Works what is due on every channel, or on one alone; how many requests were handled.

    A channel that cannot be worked, for want of its connection perhaps, raises after the others' turn.
    """
    failures, handled = [], 0
    with selection_desk(who(context), run, f"{run.dag_id}/{run.run_id}/{context['ti'].task_id}") as desk:
        with desk.transaction() as work:
            channels = [one for one in work.table.open_channels() if only in (None, one)]
        for channel in channels:
            try:
                handled += until_quiet(desk, channel, SHORT_WAIT_SECONDS)
            except Exception as failure:
                log.exception("selections of channel %s cannot be worked", channel)
                failures.append(failure)
    if failures:
        raise failures[0]
    return handled


class SelectionOperator(BaseOperator):
    """Select: requests go to the bureau and their results come back, until nothing is due; the sweep polls the rest."""

    def execute(self, context: Any) -> int:
        """How many requests were handled."""
        return work_selections(context, run_day(context))
