"""`./fapiao demo`: the main job end to end on the embedded Postgres and the simulator, for a chosen day."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

from fapiao.bureau_kind import REHEARSAL
from fapiao.errors import BadInput, Unusable
from fapiao.texts.catalogue import sentence
from fapiao.written_days import day
from hooks.pool.bureau_kind import ask_anew, claim
from hooks.pool.sessions import open_session
from launcher import stack_simulator
from launcher.airflow_env import airflow_environment, ensure_metadata, rehearse_apart
from launcher.command_simulator import simulation
from launcher.commands.run import state_of
from launcher.connections import POOL_VARIABLE
from launcher.dag_runs import run_dags
from launcher.demo_day import due_dags, leave_something_open, set_parameters
from launcher.demo_report import Ended, print_further, show
from launcher.home import logs
from launcher.options import add_parameter, spoken
from launcher.pool import WORKING, embedded_pool_url, given, pool_url, running_postgres
from launcher.rehearsing import rehearsing
from launcher.remote_run import SHOWN_HERE
from launcher.sample_group import load_sample
from launcher.screen import watched_steps
from launcher.stack import running_stack
from operators.run_context import account
from simulator.sample import EARLIEST, sample_enterprise

DAY = date(2027, 3, 10)
POLL_SECONDS = 1.0
AFTERWARDS = ("sweep_results", "verify_invoices")
"""What runs every ten minutes anyway: layout files of the day, verifications."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The day."""
    word, told = sentence("placeholders.day"), sentence("rehearsal.date", day=DAY)
    parser.add_argument("--date", type=spoken(day), default=DAY, metavar=word, help=told)
    add_parameter(parser, sentence("rehearsal.parameter"), sentence("placeholders.set_parameter"))
    given_pool = sentence("rehearsal.given_pool", variable=POOL_VARIABLE)
    parser.add_argument("--given-pool", action="store_true", help=given_pool)


def _pool(arguments: argparse.Namespace) -> AbstractContextManager[str]:
    """The embedded pool; one that is given by connection only where that was said (A-54)."""
    if arguments.given_pool:
        if not given(*WORKING):
            raise Unusable(sentence("rehearsal.no_pool", variable=POOL_VARIABLE))
        return pool_url()
    if os.environ.get(POOL_VARIABLE):
        print(sentence("rehearsal.embedded_pool", variable=POOL_VARIABLE), file=sys.stderr)
    return embedded_pool_url()


def run(arguments: argparse.Namespace) -> int:
    """Runs what the calendar names for the day, and shows what came of it; run again, it adds nothing twice."""
    day: date = arguments.date
    if day < EARLIEST:
        raise BadInput([sentence("rehearsal.too_early", day=EARLIEST)])
    if running_stack():
        raise Unusable(sentence("rehearsal.stack_runs"))
    for told in rehearse_apart():
        print(told, file=sys.stderr)
    pool = _pool(arguments)
    with rehearsing(), running_postgres(), pool as url, simulation(day, stack_simulator.sm4_key()) as bureau:
        with open_session(url, account(), autocommit=True) as connection:
            claim(connection, REHEARSAL, "./fapiao demo", binding=True)
            asked_anew = ask_anew(connection)
        ensure_metadata()
        bureau.order("seed", sample_enterprise(day))
        loaded = load_sample(url, day)
        environment = airflow_environment(url) | {POOL_VARIABLE: url}
        environment |= stack_simulator.connections(bureau.url, stack_simulator.sm4_key(), POLL_SECONDS)
        set_parameters(url, arguments.param)
        left = leave_something_open(url, day, environment)
        ended = _run([*due_dags(day), *AFTERWARDS], day, environment)
        print(sentence("rehearsal.sample", loaded=loaded))
        if asked_anew:
            print(sentence("rehearsal.asked_anew", tasks=asked_anew))
        if left:
            print(sentence("rehearsal.left_open", tasks=left))
        bad = show(url, day, ended)
    print_further(day)
    return 1 if bad else 0


def _run(dags: Sequence[str], day: date, environment: Mapping[str, str]) -> list[Ended]:
    """Runs them one after another, each with when it began; who waits sees which one is at work."""
    asked, ended = [(dag_id, SHOWN_HERE | {"date": day.isoformat()}) for dag_id in dags], []
    began = datetime.now(UTC)
    with watched_steps(len(dags)) as watch:
        watch(0, dags[0])
        for one in run_dags(asked, environment, logs() / "demo.log"):
            ended.append((one, began))
            began, done = datetime.now(UTC), len(ended)
            last = sentence("rehearsal.step_ended", dag_id=one.dag_id, state=state_of(one))
            watch(done, last if done == len(dags) else dags[done])
    return ended
