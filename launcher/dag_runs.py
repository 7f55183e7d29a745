"""Real DAG runs in the foreground: one child process, its log in a file, its results in a pipe."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fapiao.errors import Unusable
from operators.run_context import ACTOR_VARIABLE, account

RUNNER = Path(__file__).with_name("dag_runner.py")
GRACE_SECONDS = 10.0
"""A run that is interrupted has so long to give its rows back."""


@dataclass(frozen=True, slots=True)
class DagRun:
    """How a run ended: Airflow's state, or `unknown` with a problem when there is no such DAG."""

    dag_id: str
    run_id: str
    state: str
    problem: str = ""


def run_dags(
    asked: Sequence[tuple[str, Mapping[str, Any]]], environment: Mapping[str, str], log_file: Path
) -> Iterator[DagRun]:
    """Yields each run as it ends; whom the environment names, else this account, is who made it.

    Raises Unusable with the log's place when the child dies before all have ended.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    read_end, write_end = os.pipe()
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-P", str(RUNNER), str(write_end)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=[write_end],
            env={ACTOR_VARIABLE: account(), **environment},
            text=True,
        )
    os.close(write_end)
    with child, os.fdopen(read_end, encoding="utf-8") as results, _taken_along(child):
        assert child.stdin is not None  # noqa: S101 it is a pipe
        child.stdin.write(json.dumps(asked))
        child.stdin.close()
        left = len(asked)
        for line in results:
            left -= 1
            yield DagRun(**json.loads(line))
    if left:
        raise Unusable(
            f"the DAG run ended with exit code {child.returncode} before its result: run it again, "
            f"its rows go on from where they stood; its log: {log_file}"
        )


@contextmanager
def _taken_along(child: subprocess.Popen[str]) -> Iterator[None]:
    """Whoever is interrupted or ended ends the child too, which gives its rows back; one that does not end is killed.

    Ctrl-C of a terminal has reached the child already: it is told only where it seems not to have heard.
    """
    try:
        yield
    except BaseException as ended:
        if not isinstance(ended, KeyboardInterrupt) or not _has_ended(child):
            child.send_signal(signal.SIGINT)
        if not _has_ended(child):
            child.kill()
        raise


def _has_ended(child: subprocess.Popen[str]) -> bool:
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True
