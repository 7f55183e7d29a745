"""What every task of this project has alike: its texts, what it says of its rows, what it tells, when it is red."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from airflow.sdk import Asset, AssetAlias, BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from fapiao.dag_texts.cards import task_doc, task_name
from fapiao.forms.runs import EVERY_RUN
from fapiao.outcomes import Outcome, is_red, text, why_red
from hooks.enterprise.parameters import read_parameter
from hooks.pool.connection import PoolHook
from hooks.pool.outcomes import Connection, Scope, take_changes
from operators.run_context import clock, conf, who

INVOICE_POOL = Asset("invoice_pool")
"""全票池: whoever schedules a DAG by it runs when documents came or changed."""
POOL_CHANGES = AssetAlias("invoice_pool_changes")
"""What a task names among its outlets instead: Airflow emits an asset at every success, an alias only what is added."""

Reading = Callable[[Connection, Scope, int], Outcome]


class ProjectOperator(BaseOperator):
    """A task that people know by its Chinese name; in a DAG its page says what it does, when and by whose sentence."""

    def __init__(self, *, task_id: str, **settings: Any) -> None:
        super().__init__(task_id=task_id, **{"task_display_name": task_name(task_id)} | settings)
        if self.has_dag() and not settings.get("doc_md"):
            self.doc_md = task_doc(task_id, self.dag.dag_id)

    def said(self, context: Mapping[str, Any], reading: Reading, handled: int) -> Outcome:
        """What the rows of the task came to; it stands in the log, as a warning where any failed."""
        with PoolHook().connect(who(context)) as connection:
            found = reading(connection, self.scope(context), handled)
        self.log.log(logging.WARNING if found["failed"] else logging.INFO, "%s", text(found))
        return found

    def scope(self, context: Mapping[str, Any]) -> Scope:
        """The rows that the task answers for."""
        run = context["dag_run"]
        since = getattr(run, "start_date", None) or clock()
        return Scope(run.dag_id, run.run_id, f"{run.dag_id}/{run.run_id}/{self.task_id}", since)


class PoolOperator(ProjectOperator):
    """A task that may change the pool: it tells what changed. The last one of a run judges whether the run is red."""

    judges: ClassVar[bool] = False

    def __init__(self, *, task_id: str, **settings: Any) -> None:
        super().__init__(task_id=task_id, **{"outlets": [POOL_CHANGES], "post_execute": _end} | settings)


def _end(context: Any, result: Any = None) -> None:
    """Raises AirflowFailException where the policy says red; what changed is then told by the next task that ends well.

    The outcome is kept as XCom all the same. Airflow gives the result to this hook of a task, and to none of its class.
    """
    task, policy = context["task"], conf(context, EVERY_RUN)["red_when"]
    with PoolHook().connect(who(context)) as connection:
        policy = policy or read_parameter(connection, "fapiao", "red_when")
        if task.judges and is_red(policy, result):
            context["ti"].xcom_push(key="return_value", value=result)
            raise AirflowFailException(why_red(policy, result))
        changes = take_changes(connection)
    if changes:
        task.log.info("全票池有变化：新增 %s，更新 %s", changes["inserted"], changes["updated"])
        context["outlet_events"][POOL_CHANGES].add(INVOICE_POOL, extra=changes)
