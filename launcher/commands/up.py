"""`./fapiao up`: the whole stack in the background, and back when it is healthy."""

import argparse
import sys

from fapiao.errors import Unusable
from launcher.airflow_env import LOGIN, dag_files, login_password
from launcher.home import ROOT, home, locked
from launcher.ports import free_port, port_is_free
from launcher.processes import wait_until
from launcher.stack import Stack, end_parts, forget, known_stack, running_stack
from launcher.supervisor import detached, log_of

HELP = "start Airflow, the pool and, unless a bureau connection is given, the simulator; prints URL and login"
DEFAULT_PORT = 8080
START_SECONDS = 120.0
HEALTH_SECONDS = 180.0
DAG_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One may insist on a port."""
    parser.add_argument("--port", type=int, help=f"port of Airflow's pages (default: {DEFAULT_PORT}, or a free one)")


def run(arguments: argparse.Namespace) -> int:
    """0 when every part is healthy; a second `up` only waits for that and prints the same."""
    with locked(home() / "up.lock"):
        stack = running_stack() or _start(_port(arguments.port))
        try:
            _wait_until_healthy(stack)
            _wait_until_dags_are_seen()
        except KeyboardInterrupt:
            say("The stack goes on starting in the background; ./fapiao down stops it.")
            raise
    print_address(running_stack() or stack)
    return 0


def _port(wanted: int | None) -> int:
    if wanted is None:
        return DEFAULT_PORT if port_is_free(DEFAULT_PORT) else free_port()
    if not port_is_free(wanted):
        raise Unusable(f"Port {wanted} of 127.0.0.1 is taken by another program: choose another one with --port.")
    return wanted


def _start(port: int) -> Stack:
    if left := known_stack():
        say("Clearing away what a killed stack left behind…")
        end_parts(left.parts)
        forget()
    log = log_of("supervisor")
    say("Starting Postgres and Airflow…")
    with log.open("wb") as output:
        process = detached([sys.executable, str(ROOT / "launcher"), "supervise", "--port", str(port)], output)
    wait_until(lambda: running_stack() is not None or process.poll() is not None, START_SECONDS)
    stack = running_stack()
    if stack is None:
        text = log.read_text(encoding="utf-8").strip()
        raise Unusable(text.splitlines()[-1] if text else f"The stack does not start; look into {log}.")
    return stack


def _wait_until_healthy(stack: Stack) -> None:
    waiting: list[str] = []

    def healthy() -> bool:
        nonlocal waiting
        if running_stack() is None:
            raise Unusable(f"The stack stopped while it started; {log_of('supervisor')} says why.")
        if (missing := stack.unhealthy()) != waiting and missing:
            say(f"waiting for {', '.join(missing)}…")
        waiting = missing
        return not missing

    if not wait_until(healthy, HEALTH_SECONDS, step=0.5):
        raise Unusable(
            f"Not healthy after {HEALTH_SECONDS:.0f} seconds: {', '.join(waiting)}. "
            f"The logs are in {log_of('scheduler').parent}; ./fapiao down stops the rest."
        )


def _wait_until_dags_are_seen() -> None:
    """A fresh Airflow needs some seconds more before its pages list the DAGs; a file it cannot read is named."""
    files = len(list((ROOT / "dags").glob("*.py")))
    unreadable: list[tuple[str, str]] = []

    def seen() -> bool:
        nonlocal unreadable
        readable, unreadable = dag_files()
        return readable + len(unreadable) >= files

    wait_until(seen, DAG_SECONDS, step=0.5)
    for file, reason in unreadable:
        say(f"Airflow cannot read {file}: {reason.strip().splitlines()[-1]}")


def print_address(stack: Stack) -> None:
    """Where to look, and how to get in."""
    print(f"Airflow    {stack.url}   login {LOGIN}   password {login_password()}")
    if stack.simulator_url:
        print(f"Simulator  {stack.simulator_url}")
    print(f"Data       {home()}")


def say(sentence: str) -> None:
    """Progress, for people."""
    print(sentence, file=sys.stderr, flush=True)
