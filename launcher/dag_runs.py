"""Real DAG runs in the foreground: one child process, its log in a file, its results in a pipe."""

import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.guard import PATIENCE_SECONDS, Manner, ended_here, start
from operators.run_context import ACTOR_VARIABLE, account

RUNNER = Path(__file__).with_name("dag_runner.py")
HANDOVER = Path(__file__).with_name("dag_handover.py")
"""The first runs DAGs itself, the second has the scheduler of its Airflow do it."""


@dataclass(frozen=True, slots=True)
class DagRun:
    """How a run ended: Airflow's state, with what its tasks were refused for; `unknown` with why it was not made."""

    dag_id: str
    run_id: str
    state: str
    problem: str = ""
    refusal: str = ""


def run_dags(
    asked: Sequence[tuple[str, Mapping[str, Any]]],
    environment: Mapping[str, str],
    log_file: Path,
    program: Path | None = None,
) -> Iterator[DagRun]:
    """Yields each run as it ends; whom the environment names, else this account, is who made it. `program` is RUNNER.

    Raises Unusable with the log's place when the child dies before all have ended.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    manner = Manner(signal.SIGINT, PATIENCE_SECONDS)  # in which its rows are given back
    read_end, write_end = os.pipe()
    left = len(asked)
    with os.fdopen(read_end, encoding="utf-8") as results:
        with log_file.open("ab") as log, os.fdopen(write_end, "wb"):
            command = [sys.executable, "-P", str(program or RUNNER), str(write_end)]
            named = {ACTOR_VARIABLE: account(), **environment}
            child = start(command, log, named, manner=manner, said=json.dumps(asked), pass_fds=[write_end])
        with ended_here(child, manner):
            for line in results:
                left -= 1
                yield DagRun(**json.loads(line))
            child.wait()
    if left:
        raise Unusable(sentence("runs.run_broken", code=child.returncode, log=log_file))
