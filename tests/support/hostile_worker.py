"""A process that forks one run of import_bureau_file per line of stdin, and tells what memory and time it took.

A line is JSON: pool, seconds (the run is killed after them). The answer is one line: code, said, mebibytes, seconds.
"""

import json
import os
import resource
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from fapiao.bureau_files.layouts import file_rules  # noqa: E402
from fapiao.rules.book import rulebook  # noqa: E402
from operators.imports.operators import ImportFilesOperator  # noqa: E402

rulebook()
file_rules()


def work(order: dict[str, Any]) -> None:
    """One run of the DAG, as the scheduler starts it."""
    os.environ["AIRFLOW_CONN_INVOICE_POOL"] = order["pool"]
    now = datetime.now(UTC)
    run = SimpleNamespace(dag_id="import_bureau_file", run_id=now.isoformat(), logical_date=now)
    ImportFilesOperator(task_id="import_files").execute({"dag_run": run, "params": {}})


def forked(order: dict[str, Any]) -> dict[str, Any]:
    """What became of one run; `mebibytes` is the most that it, or a process of its own, held in memory."""
    read_end, write_end = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work(order)
            said = {"error": ""}
        except BaseException as error:
            said = {"error": repr(error)[:4000]}
        said["children"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        os.write(write_end, json.dumps(said).encode())
        os._exit(1 if said["error"] else 0)
    os.close(write_end)
    killer = threading.Timer(order["seconds"], os.kill, (child, 9))
    killer.start()
    _, status, used = os.wait4(child, 0)
    killer.cancel()
    with os.fdopen(read_end) as told:
        said = json.loads(told.read() or "{}")
    return {
        "code": os.waitstatus_to_exitcode(status),
        "said": said.get("error", "killed"),
        "mebibytes": max(used.ru_maxrss, said.get("children", 0)) >> 10,
        "seconds": time.monotonic() - start,
    }


answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    print(json.dumps(forked(json.loads(line))), file=answers, flush=True)
