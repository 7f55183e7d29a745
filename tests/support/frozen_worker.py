"""Forks one worker per line of stdin, which stops itself (SIGSTOP) at a chosen point, as a frozen machine does.

A line is JSON: step (plan, apply, collect, sweep, queue, start), pool, bounds by name, and `freeze`: a text of the statement
behind which it stops, `copy` for the middle of one, or nothing. Steps of a DAG also name dag, job, run, day and leqi. Two
lines answer: `{"frozen": pid}` (0 where it never stopped), and how it ended once somebody let it go on.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import msgspec  # noqa: E402
import psycopg  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from fapiao import bounds  # noqa: E402
from fapiao.rules.book import rulebook  # noqa: E402
from hooks.pool.sessions import open_session  # noqa: E402
from hooks.pool.start import bring_up_to_date  # noqa: E402
from hooks.queues.imports import Imports  # noqa: E402
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator  # noqa: E402
from operators.sweep import SweepOperator  # noqa: E402

_execute, _write_row = psycopg.Cursor.execute, psycopg.Copy.write_row
_known = dict(bounds.bounds())


def freeze(once: list[bool]) -> None:
    """Stops this very process, once."""
    if once:
        once.clear()
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # to this thread: another might take it late


def watch(marker: str) -> None:
    """Where the worker stops."""
    once = [True]

    def execute(self: Any, statement: Any, *values: Any, **named: Any) -> Any:
        done = _execute(self, statement, *values, **named)
        if marker in str(statement):
            freeze(once)
        return done

    def write_row(self: Any, row: Any) -> None:
        freeze(once)
        _write_row(self, row)

    if marker == "copy":
        psycopg.Copy.write_row = write_row  # type: ignore[method-assign]
    elif marker:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


def of_a_dag(order: dict[str, Any]) -> None:
    """One step of one run, as the Airflow task of that name does it."""
    os.environ["AIRFLOW_CONN_INVOICE_POOL"], os.environ["AIRFLOW_CONN_LEQI"] = order["pool"], order["leqi"]
    step = order["step"]
    operators: dict[str, Callable[[], Any]] = {
        "plan": lambda: PlanOperator(task_id=step, channel="leqi", job=order["job"]),
        "apply": lambda: ApplyOperator(task_id=step, channel="leqi"),
        "collect": lambda: CollectOperator(task_id=step, channel="leqi"),
        "sweep": lambda: SweepOperator(task_id=step),
    }
    run = SimpleNamespace(dag_id=order["dag"], run_id=order["run"], logical_date=None, start_date=datetime.now(UTC))
    operators[step]().execute(
        {
            "dag_run": run,
            "params": {"date": order["day"]},
            "ti": SimpleNamespace(task_id=step, xcom_push=lambda **_: None),
        }
    )


def queue(order: dict[str, Any]) -> None:
    """Holds a company's imports and reads a file, say, between two transactions."""
    with open_session(order["pool"], "reader") as connection, Imports(connection).queue("A", wait=0.0) as held:
        assert held
        freeze([True])
        with connection.transaction():
            connection.execute("INSERT INTO sync.business_day (day) VALUES (now())")


def start(order: dict[str, Any]) -> None:
    """One start of the pool."""
    with open_session(order["pool"], "start", autocommit=True) as connection:
        bring_up_to_date(connection)


def work(order: dict[str, Any]) -> None:
    """What the order says, within its bounds."""
    changed = {name: msgspec.structs.replace(_known[name], value=value) for name, value in order["bounds"].items()}
    bounds.bounds = lambda: _known | changed  # type: ignore[assignment,misc]
    watch(order.get("freeze", ""))
    {"queue": queue, "start": start}.get(order["step"], of_a_dag)(order)


def forked(order: dict[str, Any], answers: Any) -> dict[str, Any]:
    """The worker to its end; says when it is frozen."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(order)
            os.write(write_end, b"done")
            os._exit(0)
        except BaseException as error:
            os.write(write_end, repr(error).encode()[:4000])
            os._exit(1)
    os.close(write_end)
    _, status = os.waitpid(child, os.WUNTRACED)
    frozen = os.WIFSTOPPED(status)
    print(json.dumps({"frozen": child if frozen else 0}), file=answers, flush=True)
    if frozen:
        _, status = os.waitpid(child, 0)
    with os.fdopen(read_end) as said:
        return {"code": os.waitstatus_to_exitcode(status), "said": said.read()}


def serve() -> None:
    """Answers orders until stdin ends; what the work prints does not stand among the answers."""
    rulebook()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(forked(json.loads(line), answers)), file=answers, flush=True)


serve()
