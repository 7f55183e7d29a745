"""The end of a task: the policy says whether the run is red, and what changed is told once, by a task that ends well."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from fapiao.outcomes import outcome
from operators.project_operator import INVOICE_POOL, POOL_CHANGES, PoolOperator
from task_rows import put

FAILED = {
    "status": "apply_failed", "label": "失败", "code": "X", "message": "其他", "rows": 1, "failed": True, "by_rule": False,
}  # fmt: skip
SOME, ALL = outcome(2, [FAILED, FAILED | {"status": "succeeded", "code": "", "failed": False}], []), outcome(1, [FAILED], [])  # fmt: skip


class LastTask(PoolOperator):
    """Judges, as the last task of every DAG does."""

    judges = True


class Told(dict[Any, Any]):
    """The events that a task adds, by alias, as Airflow's context has them."""

    def __missing__(self, alias: Any) -> Any:
        return SimpleNamespace(add=lambda asset, extra: self.setdefault(alias, []).append((asset, extra)))


def end(result: Any, *, judges: bool = True, **params: Any) -> tuple[list[Any], list[Any]]:
    """Ends a task as Airflow does; the events it told, and the XComs it pushed by itself."""
    told, pushed = Told(), []
    operator = (LastTask if judges else PoolOperator)(task_id="collect")
    run = SimpleNamespace(triggering_user_name="li", run_type="manual")
    instance = SimpleNamespace(xcom_push=lambda key, value: pushed.append((key, value)))
    context = {"dag_run": run, "params": params, "ti": instance, "task": operator, "outlet_events": told}
    try:
        operator._post_execute_hook(context, result)
    except AirflowFailException:
        return ["red"], pushed
    return told.get(POOL_CHANGES, []), pushed


@pytest.fixture(autouse=True)
def _pool(pool_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_INVOICE_POOL", pool_url)


@pytest.mark.finding("F57")
@pytest.mark.parametrize(
    ("parameter", "param", "result", "red"),
    [
        (None, None, SOME, True),
        (None, "all_failed", SOME, False),
        (None, "all_failed", ALL, True),
        (None, "never", ALL, False),
        ("all_failed", None, SOME, False),
        ("all_failed", None, ALL, True),
        ("never", "any_failed", SOME, True),
    ],
)
def test_the_run_says_what_makes_it_red_else_the_parameter_else_any_failure(
    pool: psycopg.Connection, parameter: str | None, param: str | None, result: Any, red: bool
) -> None:
    if parameter:
        pool.execute("INSERT INTO enterprise.parameter (type, key, value) VALUES ('fapiao', 'red_when', %s)", [parameter])  # fmt: skip
        pool.commit()
    found, pushed = end(result, red_when=param)
    assert (found == ["red"]) is red
    assert pushed == ([("return_value", result)] if red else [])


def test_a_task_in_the_middle_of_a_run_judges_nothing() -> None:
    assert end(ALL, judges=False)[0] == []


@pytest.mark.finding("F56")
def test_a_red_task_leaves_what_changed_to_the_next_one_that_ends_well(pool: psycopg.Connection) -> None:
    task = put(pool, "downloaded", batch_no="changed")
    pool.execute(
        "UPDATE sync.task SET status = 'succeeded', finished_at = now(), downloaded_count = 2, updated_count = 2"
    )
    pool.commit()
    assert task is not None
    assert end(ALL)[0] == ["red"]
    ((asset, extra),) = end(outcome(0, [], []))[0]
    assert (asset, extra["updated"], extra["task_batches"]) == (INVOICE_POOL, 2, ["changed"])
    assert end(outcome(0, [], []))[0] == []
