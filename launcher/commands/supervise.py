"""The detached process behind `./fapiao up`: holds Postgres and the parts until SIGTERM."""

import argparse
import signal

from launcher.airflow_env import airflow_environment, ensure_metadata
from launcher.pool import pool_url, running_postgres
from launcher.stack import supervising
from launcher.supervisor import Supervisor

HELP = "run the stack in the foreground until SIGTERM; ./fapiao up does this in the background"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port that `up` chose."""
    parser.add_argument("--port", type=int, default=8080, help="port of Airflow's pages")


def run(arguments: argparse.Namespace) -> int:
    """Supervise; 1 when another supervisor of this home is at work."""
    with supervising() as alone:
        if not alone:
            print("The stack of this home is already supervised.", flush=True)
            return 1
        with running_postgres(), pool_url() as url:
            ensure_metadata()
            supervisor = Supervisor(arguments.port, airflow_environment(url, arguments.port))
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: supervisor.told_to_stop.set())
            supervisor.run()
    return 0
