"""What a worker process of the driver does by an order: what the Airflow task of that name does, with the same context."""

import os
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException, AirflowSkipException

from fapiao.bureau_files.layouts import file_rules
from fapiao.rules.book import rulebook
from fapiao.selection.rules import selection_rules
from fapiao.verification import verification_rules
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator
from operators.imports.operators import ImportFilesOperator
from operators.sweep import SweepOperator
from operators.verifications.operators import VerifyOperator
from people import PEOPLE
from run_contexts import Order, context
from world_clock import WorldClock

_ENDS = (AirflowRescheduleException, AirflowSkipException, AirflowFailException)
"""How a task says that it waits, has nothing to do, or refuses: none of them is a fault."""

rulebook(), selection_rules(), verification_rules(), file_rules()  # a fork has them already


def warm_up() -> None:
    """Whatever is imported or made when a first connection is asked for is there before anybody forks."""
    with patch.dict(os.environ, AIRFLOW_CONN_INVOICE_POOL="postgresql://nobody@127.0.0.1:1/nothing"):
        BaseHook.get_connection("invoice_pool")


def execute(operator: Any, given: Mapping[str, Any]) -> Any:
    """One try of a task; how it ended where that is no fault."""
    try:
        return operator.execute(given)
    except _ENDS as end:
        return {"ended": type(end).__name__, "said": str(end)}


def plan(clock: WorldClock, order: Order) -> Any:
    """A tick of the calendar is planned."""
    job, channel = order["job"], order["channel"]
    operator = PlanOperator(task_id="plan", channel=channel, job=job, many_a_day=order["many_a_day"])
    return execute(operator, context(clock, order, "plan"))


def work(clock: WorldClock, order: Order) -> Any:
    """The rows of a DAG: applied for, then collected."""
    channel = order["channel"]
    execute(ApplyOperator(task_id="apply", channel=channel), context(clock, order, "apply"))
    return execute(CollectOperator(task_id="collect", channel=channel), context(clock, order, "collect"))


def sweep(clock: WorldClock, order: Order) -> Any:
    """Whatever is due on every channel; `batches` are those whose result a person asks for."""
    params = {"batches": order.get("batches", [])}
    return execute(SweepOperator(task_id="sweep"), context(clock, order, "sweep", **params))


def verify(clock: WorldClock, order: Order) -> Any:
    """Whatever is to be verified."""
    return execute(VerifyOperator(task_id="verify"), context(clock, order, "verify"))


def imports(clock: WorldClock, order: Order) -> Any:
    """What lies in the inbox, and what a crash left."""
    return execute(ImportFilesOperator(task_id="import_files"), context(clock, order, "import_files"))


ORDERS: dict[str, Callable[[WorldClock, Order], Any]] = {
    "plan": plan, "work": work, "sweep": sweep, "verify": verify, "imports": imports, **PEOPLE,
}  # fmt: skip
