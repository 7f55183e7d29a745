"""The detached process behind `./fapiao up`: holds Postgres and the parts until SIGTERM."""

import argparse
import signal
from collections.abc import Mapping

from fapiao.bureau_kind import REHEARSAL
from fapiao.texts.catalogue import sentence
from hooks.pool.bureau_kind import ask_anew, claim
from hooks.pool.sessions import open_session
from launcher.airflow_env import airflow_environment, ensure_metadata, metadata_server
from launcher.bureau import given_bureaus
from launcher.pool import pool_url
from launcher.stack import supervising
from launcher.supervisor import Supervisor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port that `up` chose."""
    word = sentence("placeholders.port")
    parser.add_argument("--port", type=int, default=8080, metavar=word, help=sentence("options.supervised_port"))


def run(arguments: argparse.Namespace) -> int:
    """Supervise; 1 when another supervisor of this home is at work."""
    with supervising() as alone:
        if not alone:
            print(sentence("services.already_supervised"), flush=True)
            return 1
        with metadata_server(), pool_url() as url:
            ensure_metadata()
            environment = airflow_environment(url, arguments.port)
            supervisor = Supervisor(arguments.port, environment, simulated=_is_simulated(url, environment))
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: supervisor.told_to_stop.set())
            supervisor.run()
    return 0


def _is_simulated(url: str, environment: Mapping[str, str]) -> bool:
    """Whether the simulator stands in for a bureau that nobody gave. Raises Unusable in the real bureau's pool."""
    if given_bureaus(environment):
        return False
    with open_session(url, "up", autocommit=True) as connection:
        claim(connection, REHEARSAL, "./fapiao up")
        ask_anew(connection)
    return True
