"""The place of a person at the command line: the pool, the channels that select, and who is asking."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime

from fapiao.errors import Unusable
from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules
from fapiao.tasks import SHANGHAI, RunDay
from hooks.channels.selection_channel import SelectionChannel
from hooks.pool.sessions import open_session
from hooks.queues.submissions import DAG_ID
from launcher import stack_simulator as rehearsal
from launcher.actor import actor_of
from launcher.airflow_env import airflow_environment
from launcher.connections import GATEWAY_VARIABLE, LEQI_VARIABLE
from launcher.pool import pool_url
from launcher.stack import running_stack
from operators.selections.session import SelectionSession

VARIABLES = {"leqi": LEQI_VARIABLE, "etax": GATEWAY_VARIABLE}


@contextmanager
def session_for(arguments: argparse.Namespace) -> Iterator[SelectionSession]:
    """A session of the actor's own, for the day of --date or today; a channel is opened when it is first asked."""
    now = datetime.now(UTC)
    day: date = arguments.date or now.astimezone(SHANGHAI).date()
    explicit = arguments.date is not None
    run = RunDay(DAG_ID, f"command__{now.isoformat()}", day, day.isoformat(), explicit=explicit)
    with pool_url() as url, open_session(url, actor_of(arguments), autocommit=True) as connection, ExitStack() as stack:
        bureaus = Channels(url, stack.callback)
        owner = f"command/{os.getpid()}"
        yield SelectionSession(
            connection, bureaus, selection_rules(), rulebook(), run, owner, lambda: datetime.now(UTC)
        )


class Channels(Mapping[str, SelectionChannel]):
    """The channels that have a connection, each opened when it is first asked; the stack's simulator is one too."""

    def __init__(self, pool: str, at_end: Callable[[Callable[[], None]], object]) -> None:
        self._pool, self._at_end = pool, at_end
        self._variables = _connections()
        self._open: dict[str, SelectionChannel] = {}

    def __getitem__(self, channel: str) -> SelectionChannel:
        if channel not in self._open:
            self._open[channel] = bureau = self._opened(channel)
            self._at_end(bureau.close)
        return self._open[channel]

    def __iter__(self) -> Iterator[str]:
        return (channel for channel, variable in VARIABLES.items() if variable in self._variables)

    def __len__(self) -> int:
        return len([*self])

    def _opened(self, channel: str) -> SelectionChannel:
        """Raises Unusable where there is no connection."""
        variable = VARIABLES[channel]
        if variable not in self._variables:
            raise Unusable(
                f"There is no bureau for {channel} to talk to: set {variable} to its connection, or start the stack "
                "with its simulator by ./fapiao up."
            )
        if "airflow" not in sys.modules:
            os.environ.update(airflow_environment(self._pool))  # Airflow reads its settings when it is imported
        os.environ.update(self._variables)
        channels = importlib.import_module("hooks.channels.selection_channels").SELECTION_CHANNELS
        bureau: SelectionChannel = channels[channel]()
        return bureau


def _connections() -> dict[str, str]:
    """The connections that are given, else those to the simulator of the running stack, by variable."""
    given = {name: value for name in VARIABLES.values() if (value := os.environ.get(name))}
    stack = running_stack()
    if given or not (stack and stack.simulator_url):
        return given
    return rehearsal.connections(stack.simulator_url, rehearsal.sm4_key())
