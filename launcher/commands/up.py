"""`./fapiao up`: the whole stack in the background, and back when it is healthy."""

import argparse
import contextlib
import math
import subprocess
import sys

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.airflow_env import LOGIN, dag_files, login_password, settings_of_the_user
from launcher.guard import Manner, release, start
from launcher.home import ROOT, home, locked
from launcher.ports import free_port, port_is_free
from launcher.processes import birth, end_sessions, wait_until
from launcher.rehearsing import rehearsing
from launcher.stack import Stack, end_parts, forget, known_stack, running_stack, supervised
from launcher.stack_health import StackGone, wait_until_healthy
from launcher.supervisor import log_of

DEFAULT_PORT = 8080
DAG_SECONDS = 60.0
ENDING_SECONDS = 60.0
SUPERVISOR = Manner(patience=15.0)
"""It ends the parts in order, each in its own time."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One may insist on a port."""
    told = sentence("options.port_of_pages", default=DEFAULT_PORT)
    parser.add_argument("--port", type=int, metavar=sentence("placeholders.port"), help=told)


def run(arguments: argparse.Namespace) -> int:
    """0 when every part is healthy; a second `up` only waits for that and prints the same.

    What it starts is its own until then: where it fails or is ended, nothing goes on in the background.
    """
    with locked(home() / "up.lock"), rehearsing():
        stack = _found_healthy() or _started_healthy(_port(arguments.port))
    if arguments.port not in (None, stack.port):
        say(sentence("services.other_port", port=stack.port, wanted=arguments.port))
    print_address(stack)
    return 0


def _found_healthy() -> Stack | None:
    """The stack that runs; None when there is none, or it was about to end."""
    if stack := running_stack():
        with contextlib.suppress(StackGone):
            wait_until_healthy(stack, say)
            _wait_until_dags_are_seen()
            return stack
    return None


def _started_healthy(port: int) -> Stack:
    supervisor = _start(port)
    try:
        stack = _begun(supervisor)
        wait_until_healthy(stack, say)
        _wait_until_dags_are_seen()
    except BaseException:
        end_sessions({supervisor.pid: birth(supervisor.pid)}, SUPERVISOR.patience)
        raise
    release(supervisor.pid)
    return running_stack() or stack


def _port(wanted: int | None) -> int:
    if wanted is None:
        return DEFAULT_PORT if port_is_free(DEFAULT_PORT) else free_port()
    if not port_is_free(wanted):
        raise Unusable(sentence("services.port_is_taken", port=wanted))
    return wanted


def _start(port: int) -> subprocess.Popen[bytes]:
    for told in settings_of_the_user(port):
        say(told)
    if not wait_until(lambda: not supervised(), ENDING_SECONDS):
        raise Unusable(sentence("services.busy"))
    if left := known_stack():
        say(sentence("services.clearing"))
        end_parts(left.parts)
        forget()
    say(sentence("services.starting"))
    with log_of("supervisor").open("wb") as output:
        return start([sys.executable, ROOT / "launcher", "supervise", "--port", str(port)], output, manner=SUPERVISOR)


def _begun(supervisor: subprocess.Popen[bytes]) -> Stack:
    """As soon as the supervisor names it; that may take as long as Postgres and Airflow's migrations take."""
    wait_until(lambda: running_stack() is not None or supervisor.poll() is not None, math.inf)
    stack = running_stack()
    if stack is None:
        log = log_of("supervisor")
        text = log.read_text(encoding="utf-8").strip()
        raise Unusable(text.splitlines()[-1] if text else sentence("services.does_not_start", log=log))
    return stack


def _wait_until_dags_are_seen() -> None:
    """A fresh Airflow needs some seconds more before its pages list the DAGs; a file it cannot read is named."""
    files = len(list((ROOT / "dags").glob("*.py")))
    unreadable: list[tuple[str, str]] = []

    def seen() -> bool:
        nonlocal unreadable
        found = dag_files()
        if found is None:
            return True
        readable, unreadable = found
        return readable + len(unreadable) >= files

    wait_until(seen, DAG_SECONDS, step=0.5)
    for file, reason in unreadable:
        say(sentence("services.unreadable", file=file, reason=reason.strip().splitlines()[-1]))


def print_address(stack: Stack) -> None:
    """Where to look, and how to get in."""
    if stack.login_is_ours:
        print(sentence("services.airflow", url=stack.url, login=LOGIN, password=login_password()))
    else:
        print(sentence("services.airflow_of_the_user", url=stack.url))
    if stack.simulator_url:
        print(sentence("services.simulator", url=stack.simulator_url))
    print(sentence("services.data", folder=home()))


def say(told: str) -> None:
    """Progress, for people."""
    print(told, file=sys.stderr, flush=True)
