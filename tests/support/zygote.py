"""A process that has imported everything and forks one worker per line of stdin, killed at a chosen statement boundary.

A line is JSON: step (plan, apply, collect, sweep), dag, job, run, day, pool, leqi, kill_at.
The answer is one line: how the worker ended and how many boundaries it crossed.
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import httpx  # noqa: E402
import psycopg  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from operators.steps import ApplyOperator, CollectOperator, PlanOperator, SweepOperator  # noqa: E402

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what Airflow logs to stdout must not stand among the answers
crossed = 0
kill_at = 0


def boundary() -> None:
    """Counts, and ends this process as kill -9 does when its number has come."""
    global crossed  # noqa: PLW0603
    crossed += 1
    if crossed == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)


def watched(call: Any) -> Any:
    """The call with a boundary behind it; the one before it is that of the call before."""

    def around(*values: Any, **named: Any) -> Any:
        result = call(*values, **named)
        boundary()
        return result

    return around


psycopg.Connection.execute = watched(psycopg.Connection.execute)
psycopg.Connection.commit = watched(psycopg.Connection.commit)
psycopg.Cursor.execute = watched(psycopg.Cursor.execute)
httpx.Client.post = watched(httpx.Client.post)


def work(order: dict[str, Any]) -> None:
    """One step of one run, as the Airflow task of that name does it."""
    os.environ["AIRFLOW_CONN_INVOICE_POOL"], os.environ["AIRFLOW_CONN_LEQI"] = order["pool"], order["leqi"]
    step = order["step"]
    operator = {
        "plan": lambda: PlanOperator(task_id=step, channel="leqi", job=order["job"]),
        "apply": lambda: ApplyOperator(task_id=step, channel="leqi"),
        "collect": lambda: CollectOperator(task_id=step, channel="leqi"),
        "sweep": lambda: SweepOperator(task_id=step),
    }[step]()
    run = SimpleNamespace(dag_id=order["dag"], run_id=order["run"], logical_date=None, start_date=datetime.now(UTC))
    operator.execute({"dag_run": run, "params": {"date": order["day"]}, "ti": SimpleNamespace(task_id=step)})


def forked(order: dict[str, Any]) -> dict[str, Any]:
    """How a forked worker ended: its signal or exit code, and the boundaries it crossed."""
    global kill_at  # noqa: PLW0603
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        kill_at = order["kill_at"]
        try:
            work(order)
            os.write(write_end, str(crossed).encode())
            os._exit(0)
        except BaseException as error:
            os.write(write_end, repr(error).encode()[:4000])
            os._exit(1)
    os.close(write_end)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read_end) as said:
        return {"killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status), "said": said.read()}


for line in sys.stdin:
    print(json.dumps(forked(json.loads(line))), file=answers, flush=True)
