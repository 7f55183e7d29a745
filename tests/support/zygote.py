"""A process that has imported everything and forks one worker per line of stdin, killed at a chosen statement boundary.

A line is JSON: step (plan, apply, collect, sweep), dag, job, run, day, pool, leqi, kill_at.
The answer is one line: how the worker ended, what it crossed.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import httpx  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from killed_worker import serve, watch_postgres, watched  # noqa: E402
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator  # noqa: E402
from operators.sweep import SweepOperator  # noqa: E402

watch_postgres()
httpx.Client.send = watched("call", httpx.Client.send)


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
    operator.execute(
        {
            "dag_run": run,
            "params": {"date": order["day"]},
            "ti": SimpleNamespace(task_id=step, xcom_push=lambda **_: None),
        }
    )


serve(work)
