"""The context that Airflow gives a task, as far as the operators read it, at the instant of the world."""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from world_clock import WorldClock

Order = Mapping[str, Any]
_NOBODY = {"date": None, "taxpayers": [], "batches": []}


def context(clock: WorldClock, order: Order, task: str, **params: Any) -> dict[str, Any]:
    """The Airflow context of a task; `by` is a person, `fired` the instant that the calendar named."""
    fired = datetime.fromisoformat(order["fired"]) if order.get("fired") else clock.now()
    run = SimpleNamespace(
        dag_id=order["dag"], run_id=order["run"], logical_date=fired, run_after=fired, start_date=clock.now(),
        run_type="manual" if order.get("by") else "scheduled", triggering_user_name=order.get("by"),
    )  # fmt: skip
    return {
        "dag_run": run,
        "params": {**_NOBODY, **params},
        "ti": SimpleNamespace(task_id=task, xcom_push=lambda **_: None),
    }
