"""A process that forks one run of import_bureau_file per line of stdin, killed at a chosen boundary between two acts.

A line is JSON: pool, kill_at (0: never). The answer is one line: how the run ended, what it crossed.
"""

import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import psycopg  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from fapiao.bureau_files.layouts import file_rules  # noqa: E402
from fapiao.rules import rulebook  # noqa: E402
from operators.bureau_file import ImportFilesOperator  # noqa: E402

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what Airflow logs to stdout must not stand among the answers
rulebook()
file_rules()
crossed: list[str] = []
kill_at = 0


def watched(name: str, call: Any) -> Any:
    """The call with a boundary behind it, at which this process may end as kill -9 ends it."""

    def around(*values: Any, **named: Any) -> Any:
        result = call(*values, **named)
        crossed.append(name)
        if len(crossed) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return around


psycopg.Cursor.execute = watched("statement", psycopg.Cursor.execute)
psycopg.Copy.write_row = watched("copied row", psycopg.Copy.write_row)
psycopg.Transaction.__exit__ = watched("commit", psycopg.Transaction.__exit__)
Path.replace = watched("bytes", Path.replace)
os.fsync = watched("sync", os.fsync)
shutil.move = watched("filed away", shutil.move)


def work(order: dict[str, Any]) -> None:
    """One run of the DAG, as the scheduler starts it."""
    os.environ["AIRFLOW_CONN_INVOICE_POOL"] = order["pool"]
    now = datetime.now(UTC)
    run = SimpleNamespace(dag_id="import_bureau_file", run_id=now.isoformat(), logical_date=now)
    ImportFilesOperator(task_id="import_files").execute({"dag_run": run, "params": {}})


def forked(order: dict[str, Any]) -> dict[str, Any]:
    """How a forked run ended."""
    global kill_at  # noqa: PLW0603
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        kill_at = order["kill_at"]
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


for line in sys.stdin:
    print(json.dumps(forked(json.loads(line))), file=answers, flush=True)
