"""What a run says of its rows: the XCom, the event of the asset, and the colour (ADR 0051)."""

from collections.abc import Callable
from typing import Any

import pytest

from rehearsal import GENERAL, Rehearsal

DAG, DAY = "leqi__history_output", "2027-02-02"
APPLY = "PLFPXZSQ"


@pytest.fixture
def seller(rehearsal: Rehearsal) -> Rehearsal:
    """One taxpayer with a sales invoice of January."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
    return rehearsal


@pytest.fixture
def refused(seller: Rehearsal) -> Rehearsal:
    """The bureau refuses every application."""
    seller.fault("unknown_returncode", service=APPLY, times="always")
    return seller


@pytest.fixture
def events() -> Callable[[], list[tuple[str, str, dict[str, Any]]]]:
    """The events of the asset since the test began, oldest first: DAG, task and extra."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    with create_session() as session:
        last = session.scalar(select(func.max(AssetEvent.id))) or 0

    def found() -> list[tuple[str, str, dict[str, Any]]]:
        with create_session() as session:
            rows = session.scalars(select(AssetEvent).where(AssetEvent.id > last).order_by(AssetEvent.id))
            return [
                (row.source_dag_id, row.source_task_id, row.extra) for row in rows if row.asset.name == "invoice_pool"
            ]

    return found


def xcom(run: Any, task_id: str) -> dict[str, Any]:
    """What a task returned."""
    (task,) = [one for one in run.get_task_instances() if one.task_id == task_id]
    return task.xcom_pull(task_ids=task_id)


@pytest.mark.finding("F56")
def test_the_asset_is_told_of_a_change_with_its_numbers_and_of_nothing_else(seller: Rehearsal, events: Any) -> None:
    seller.run("sweep_results", DAY)
    seller.run("verify_invoices", DAY)
    assert events() == []

    seller.run(DAG, DAY)

    (task,) = seller.tasks()
    ((dag_id, task_id, extra),) = events()
    assert (dag_id, task_id) == (DAG, "collect")
    assert extra["task_batches"] == [task["batch_no"]]
    assert extra["batches"] == [
        {"batch_no": task["parent_batch_no"], "dag_id": DAG, "tasks": 1, "inserted": 1, "updated": 0}
    ]
    assert (extra["inserted"], extra["updated"], extra["more_batches"]) == (1, 0, 0)

    seller.run(DAG, DAY)
    seller.run("sweep_results", DAY)
    assert len(events()) == 1


@pytest.mark.finding("F57")
def test_a_run_whose_row_failed_is_red_and_says_which_and_where_to_look(refused: Rehearsal) -> None:
    run = refused.run(DAG, DAY, ends="failed")

    (task,) = refused.tasks()
    assert task["status"] == "apply_failed"
    found = xcom(run, "collect")
    assert found["statuses"] == {"apply_failed": 1}
    (error,) = found["errors"]
    assert (error["code"], error["message"], error["rows"]) == (task["error_code"], task["error_message"], 1)
    (named,) = found["failed_rows"]
    assert task["batch_no"] in named and GENERAL in named and "示例公司" in named
    assert f"./fapiao log --batch {task['parent_batch_no']}" in found["look"]
    assert xcom(run, "plan")["planned"] == 1
