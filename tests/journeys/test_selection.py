"""A selection through Airflow's operators: uploaded by the one, polled on schedule by the sweep."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk import BaseOperator

from fapiao.selection.chosen import RequestedDocument, SelectionRequest
from fapiao.selection.submission import Submitted
from fapiao.tasks import RunDay
from operators.downloads.operators import ApplyOperator
from operators.downloads.plan import plan_day
from operators.run_context import run_day
from operators.selections.open_session import open_selection_session, run_due_selections
from operators.selections.submit import latest, submit
from operators.sweep import SweepOperator
from rehearsal import GENERAL, Rehearsal

DAY = "2027-01-20"
_DOCUMENT = (
    "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, issue_date, tax_amount,"
    " selection_status, detail_level, first_collected_at, channel, batch_no)"
    " VALUES ('input', %s, %s, 'customs', 'customs', '2026-12-05', 13, '0', 'header', now(), 'leqi', 'B0')"
)


def context(name: str, day: str = DAY) -> dict[str, Any]:
    """What Airflow hands to an operator."""
    run = SimpleNamespace(dag_id=name, run_id="one", start_date=datetime.now(UTC))
    return {"dag_run": run, "params": {"date": day}, "ti": SimpleNamespace(task_id=name, xcom_push=lambda **_: None)}


def request(rehearsal: Rehearsal) -> tuple[str, Submitted]:
    """One 缴款书 that is to be selected."""
    rehearsal.today(DAY)
    if not rehearsal.pool.execute("SELECT FROM enterprise.taxpayer").fetchall():
        rehearsal.taxpayer()
    rehearsal.post("period", taxNo=GENERAL, skssq="202612")
    key = rehearsal.document(fplx="customs", nsrsbh=GENERAL, kprq="2026-12-05")
    rehearsal.pool.execute(_DOCUMENT, [GENERAL, key])
    run = RunDay("selection", "form-1", datetime.fromisoformat(DAY).date(), DAY, explicit=True)
    with open_selection_session("tester", run, "tester") as session:
        return key, submit(
            session, SelectionRequest("not_deduct", "interactive", [RequestedDocument(GENERAL, key, "2")]), "tester"
        )


def told(rehearsal: Rehearsal) -> str:
    """The status of the only request, by its label."""
    (row,) = rehearsal.pool.execute("SELECT status_label FROM fapiao.selection_log").fetchall()
    return str(row["status_label"])


@pytest.mark.req("R211", "R212", "R213", "R219")
def test_what_is_being_selected_is_polled_by_the_sweep(rehearsal: Rehearsal) -> None:
    key, _ = request(rehearsal)
    assert told(rehearsal) == "未处理"
    run_due_selections(context("select"), run_day(context("select")))
    assert told(rehearsal) == "处理中"
    rehearsal.post("clock", advance_seconds=1200)
    SweepOperator(task_id="sweep").execute(context("sweep_results"))
    assert told(rehearsal) == "处理成功"
    document = rehearsal.invoices()[key]
    assert (document["selection_status"], document["deduction_purpose"], document["tax_period"]) == ("1", "2", "202612")


@pytest.mark.req("R219")
def test_a_sweep_alone_takes_a_selection_from_beginning_to_end(rehearsal: Rehearsal) -> None:
    key, made = request(rehearsal)
    SweepOperator(task_id="sweep").execute(context("sweep_results"))
    rehearsal.post("clock", advance_seconds=1200)
    SweepOperator(task_id="sweep").execute(context("sweep_results"))
    assert told(rehearsal) == "处理成功"
    run = RunDay("selection", "form-2", datetime.fromisoformat(DAY).date(), DAY, explicit=True)
    with open_selection_session("tester", run, "tester") as session:
        assert latest(session, key).batch_no == made.batches[0]


@pytest.mark.req("R215")
@pytest.mark.parametrize("worker", [SweepOperator(task_id="sweep"), ApplyOperator(task_id="apply", channel="leqi")])
def test_a_download_of_the_same_tax_number_does_not_overtake_its_selection(
    rehearsal: Rehearsal, worker: BaseOperator
) -> None:
    rehearsal.today(DAY)
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-12-15")
    day = datetime.fromisoformat(DAY).date()
    with psycopg.connect(rehearsal.pool_url) as connection:
        plan_day(connection, RunDay("leqi__current_month", "p", day, DAY, explicit=True), "leqi", "current_month")
    assert rehearsal.tasks(status="pending")
    request(rehearsal)
    worker.execute(context("leqi__current_month"))
    services = [call["service"] for call in rehearsal.admin.get("/_sim/journal").json()["calls"]]
    assert services.index("PLHGJKSDKGX") < services.index("PLFPXZSQ")


def test_where_nothing_is_to_be_selected_no_connection_is_needed(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_LEQI", raising=False)
    assert run_due_selections(context("select"), run_day(context("select"))) == 0
