"""Forks one worker per line of stdin, and ends it as kill -9 does at a chosen boundary between two of its acts.

A line is a JSON order with `kill_at` (0: never). The answer is one line: how the worker ended, what it crossed.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

crossed: list[str] = []
_kill_at = 0


def watched(name: str, call: Any, keeps: Callable[[Any], bool] = lambda _: True) -> Any:
    """The call with a boundary behind it where it `keeps` something; the one before it is that of the call before."""

    def around(*values: Any, **named: Any) -> Any:
        result = call(*values, **named)
        if keeps(values[0] if values else None):
            crossed.append(name)
            if len(crossed) == _kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return result

    return around


def watch_postgres() -> None:
    """A boundary behind every commit: what a transaction did before is as if it had never been."""
    psycopg.Cursor.execute = watched("commit", psycopg.Cursor.execute, _outside_a_transaction)
    psycopg.Connection.commit = watched("commit", psycopg.Connection.commit)
    psycopg.Transaction.__exit__ = watched("commit", psycopg.Transaction.__exit__, _outside_a_transaction)


def _outside_a_transaction(asked: Any) -> bool:
    connection = getattr(asked, "connection", asked)
    return connection.closed or connection.info.transaction_status is TransactionStatus.IDLE


def serve(work: Callable[[dict[str, Any]], None]) -> None:
    """Answers orders until stdin ends; what the work prints does not stand among the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(_forked(work, json.loads(line))), file=answers, flush=True)


def _forked(work: Callable[[dict[str, Any]], None], order: dict[str, Any]) -> dict[str, Any]:
    global _kill_at  # noqa: PLW0603
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        _kill_at = order["kill_at"]
        try:
            work(order)
            os.write(write_end, json.dumps(crossed).encode())
            os._exit(0)
        except BaseException as error:
            os.write(write_end, repr(error).encode()[:4000])
            os._exit(1)
    os.close(write_end)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read_end) as said:
        return {"killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status), "said": said.read()}
