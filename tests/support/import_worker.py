"""A process that forks one run of import_bureau_file per line of stdin, killed at a chosen boundary between two acts.

A line is JSON: pool, kill_at (0: never). The answer is one line: how the run ended, what it crossed.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from fapiao.bureau_files.layouts import file_rules  # noqa: E402
from fapiao.rules.book import rulebook  # noqa: E402
from killed_worker import serve, watch_postgres, watched  # noqa: E402
from operators.imports.operators import ImportFilesOperator  # noqa: E402

rulebook()
file_rules()

watch_postgres()
Path.replace = watched("bytes", Path.replace)
os.fsync = watched("sync", os.fsync)
os.rename = watched("filed away", os.rename)


def work(order: dict[str, Any]) -> None:
    """One run of the DAG, as the scheduler starts it."""
    os.environ["AIRFLOW_CONN_INVOICE_POOL"] = order["pool"]
    now = datetime.now(UTC)
    run = SimpleNamespace(dag_id="import_bureau_file", run_id=now.isoformat(), logical_date=now)
    ImportFilesOperator(task_id="import_files").execute({"dag_run": run, "params": {}})


serve(work)
