"""A worker process of its own, as Airflow starts one: it executes the operators it is told to, and says what memory it took.

A line of stdin is JSON: step (plan, apply, collect, sweep), dag, day, run, now (the instant every statement sees). The
answer is one line: how it ended, and the most memory in megabytes that the process has held so far.
"""

import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

from airflow.sdk.exceptions import AirflowRescheduleException  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator  # noqa: E402
from operators.sweep import SweepOperator  # noqa: E402


def work(order: dict[str, Any]) -> str:
    """One step of one run, as the Airflow task of that name does it."""
    os.environ["PGOPTIONS"] = f"-c fapiao.now={order['now']}"
    step, (channel, job) = order["step"], order["dag"].split("__")
    operator: Any = {
        "plan": lambda: PlanOperator(task_id=step, channel=channel, job=job),
        "apply": lambda: ApplyOperator(task_id=step, channel=channel),
        "collect": lambda: CollectOperator(task_id=step, channel=channel),
        "sweep": lambda: SweepOperator(task_id=step),
    }[step]()
    run = SimpleNamespace(dag_id=order["dag"], run_id=order["run"], logical_date=None, start_date=datetime.now(UTC))
    try:
        operator.execute(
            {
                "dag_run": run,
                "params": {"date": order["day"], "taxpayers": order["taxpayers"]},
                "ti": SimpleNamespace(task_id=step, xcom_push=lambda **_: None),
            }
        )
    except AirflowRescheduleException:
        return "rescheduled"
    except Exception:
        return traceback.format_exc()
    return "done"


def most_memory() -> int:
    """Megabytes that this process held at its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def serve() -> None:
    """Answers orders until stdin ends; what the work prints does not stand among the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        ended = work(json.loads(line))
        print(json.dumps({"ended": ended, "megabytes": most_memory()}), file=answers, flush=True)


serve()
