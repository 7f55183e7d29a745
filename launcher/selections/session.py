"""The place of a person at the command line: the pool, the channels that select, and who is asking."""

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from fapiao.errors import Unusable
from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules
from fapiao.texts.catalogue import sentence
from hooks.channels.selection_channel import SelectionChannel
from hooks.pool.bureau_kind import Connect, admitted
from hooks.pool.sessions import open_session
from hooks.queues.submissions import DAG_ID
from launcher import stack_simulator
from launcher.actor import actor_of
from launcher.bureau import bureaus_of_airflow
from launcher.connections import GATEWAY_VARIABLE, LEQI_VARIABLE, bureau_connection
from launcher.options import command_run
from launcher.people_table import labelled
from launcher.pool import pool_url, reading_session
from launcher.stack import running_stack
from operators.run_context import clock
from operators.selections.session import SelectionSession, selection_session

VARIABLES = {"leqi": LEQI_VARIABLE, "etax": GATEWAY_VARIABLE}


@contextmanager
def session_for(arguments: argparse.Namespace) -> Iterator[SelectionSession]:
    """A session of the actor's own, for the day of --date or today; a channel is opened when it is first asked."""
    run = command_run(arguments, DAG_ID)
    with pool_url() as url:
        given = _connections(url)
        names = [channel for channel, variable in VARIABLES.items() if variable in given]
        connect = partial(open_session, url, actor_of(arguments), autocommit=True)
        with selection_session(
            connect(), run, f"command/{os.getpid()}", names, partial(_open_channel, connect, given), connect
        ) as session:
            yield session


@contextmanager
def looking_session_for(arguments: argparse.Namespace) -> Iterator[SelectionSession]:
    """The same for who only looks: it asks no bureau and has nothing to give back."""
    run = command_run(arguments, DAG_ID)
    with reading_session() as connection:
        yield SelectionSession(connection, run, f"command/{os.getpid()}", clock, {}, selection_rules(), rulebook())


def _open_channel(connect: Connect, given: Mapping[str, str], channel: str) -> SelectionChannel:
    """Raises Unusable where there is no connection, or where the pool is filled by the other kind of bureau."""
    variable = VARIABLES[channel]
    if variable not in given:
        raise Unusable(sentence("select_command.no_bureau", channel=labelled("channel", channel), variable=variable))
    from hooks.channels.selection_channels import SELECTION_CHANNELS  # noqa: PLC0415 a third of a second, with httpx

    known = bureau_connection(variable, given[variable].strip())
    return admitted(connect, partial(SELECTION_CHANNELS[channel], known))


def _connections(url: str) -> dict[str, str]:
    """The connections that are given, else those to the simulator of the running stack or of Airflow, by variable."""
    given = {name: value for name in VARIABLES.values() if (value := os.environ.get(name))}
    stack = running_stack()
    if given:
        return given
    if not (stack and stack.simulator_url):
        return bureaus_of_airflow(url)
    return stack_simulator.connections(stack.simulator_url, stack_simulator.sm4_key())
