"""The selections for an Airflow task: a session over its connection, and whatever is due worked in it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from fapiao.tasks import RunDay
from hooks.channels.selection_channels import SELECTION_CHANNELS
from hooks.pool.bureau_kind import admitted
from hooks.pool.connection import PoolHook
from operators.leased_queue.loop import take_turns
from operators.run_context import owner_of, who
from operators.selections.session import SelectionSession, selection_session
from operators.selections.worker import open_channels, open_of, select_asked, select_until_idle


def open_selection_session(actor: str, run: RunDay, owner: str) -> AbstractContextManager[SelectionSession]:
    """As selection_session, by Airflow's connections. Raises psycopg.OperationalError."""
    connect = partial(PoolHook().connect, actor)
    return selection_session(
        connect(), run, owner, SELECTION_CHANNELS, lambda name: admitted(connect, SELECTION_CHANNELS[name]), connect
    )


def run_due_selections(context: Mapping[str, Any], run: RunDay, only: str | None = None) -> int:
    """Works what is due on every channel, or on one alone; how many requests were handled.

    A channel that cannot be worked raises after the others' turn.
    """
    with open_selection_session(who(context), run, owner_of(context, run)) as session:
        channels = [one for one in open_channels(session) if only in (None, one)]
        turns = {f"selections of channel {one}": partial(select_until_idle, session, one) for one in channels}
        return sum(take_turns(turns, "worked"))


def run_asked_selections(context: Mapping[str, Any], run: RunDay, batches: Sequence[str]) -> int:
    """Works these requests once, now; a number that is no request's is passed over. Raises as run_due_selections."""
    with open_selection_session(who(context), run, owner_of(context, run)) as session:
        channels = sorted(open_of(session, batches))
        turns = {f"selections of channel {one}": partial(select_asked, session, one, batches) for one in channels}
        return sum(take_turns(turns, "worked"))
