"""Every DAG × every role × own and foreign organisation: the form and the API go through the gate of the commands."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from bureau_workbooks import OWNER
from doc_pages import ROOT
from fapiao.permissions.entrances import name_of_dag
from fapiao.permissions.rules import permission_rules
from hooks.enterprise.permissions import replace_grants
from launcher.connections import POOL_VARIABLE
from operators.airflow_dag import admit
from operators.downloads.operators import PlanOperator
from operators.sweep import SweepOperator
from walked_pool import BOSS, FOREIGN, OWN, furnish, person

ORGANISATION, ROLE = "您没有该核算组织的权限。", "您没有该操作的权限。"
RULES = permission_rules()


@pytest.fixture(scope="module")
def bag() -> Any:
    """Every DAG as Airflow reads it."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(ROOT / "dags"))


@pytest.fixture
def walked(pool: psycopg.Connection, pool_url: str, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection:
    """The pool to walk through, which the operators find by its connection."""
    furnish(pool)
    pool.commit()
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    return pool


def context(dag_id: str, user: str | None, run_type: str = "manual", **params: Any) -> dict[str, Any]:
    """What Airflow tells a task of a run that a user triggered on its page or by its API."""
    run = SimpleNamespace(dag_id=dag_id, run_id="r", run_type=run_type, triggering_user_name=user)
    instance = SimpleNamespace(task_id="t", xcom_push=lambda **_: None)
    return {"dag_run": run, "params": {"date": "2027-03-10", **params}, "ti": instance}


def closed(dag_id: str, user: str | None, run_type: str = "manual", **params: Any) -> str:
    """What the gate says; nothing where it is open."""
    try:
        admit(context(dag_id, user, run_type, **params))
    except AirflowFailException as refused:
        return str(refused)
    return ""


@pytest.mark.finding("F41")
def test_every_task_of_every_dag_begins_at_the_gate_and_every_dag_says_what_it_takes(bag: Any) -> None:
    """A new DAG without a row among the entrances ends here, and so does a row of a DAG that is gone."""
    assert {task._pre_execute_hook for dag in bag.dags.values() for task in dag.tasks} == {admit}
    names = {name for kind, name in RULES.entrances if kind == "dag"}
    assert {name for name in names if " " not in name} == {name_of_dag(dag_id) for dag_id in bag.dags}
    fields = {(dag, field) for dag, _, field in (name.partition(" ") for name in names) if field}
    assert all(field in bag.dags[dag].params for dag, field in fields)


@pytest.mark.finding("F41")
def test_there_is_no_route_of_our_own_beside_the_forms() -> None:
    """Whoever adds a page gives it a row of rights.yaml and a walk of its own."""
    files = (ROOT / "plugins").rglob("*.py")
    assert {Path(file).name for file in files if "fastapi_apps" in file.read_text(encoding="utf-8")} == set()


@pytest.mark.finding("F40", "F41", "F42")
@pytest.mark.req("A-56", "R150")
def test_a_run_is_admitted_by_the_role_of_its_user_and_the_calendar_is_asked_nothing(
    walked: psycopg.Connection,
) -> None:
    rows = [
        (name, row) for (kind, name), row in RULES.entrances.items() if kind == "dag" and row.action and not row.rows
    ]
    assert len(rows) >= 6
    for name, row in rows:
        dag, _, field = name.partition(" ")
        dag_id = "leqi__incremental" if dag == "CHANNEL__JOB" else dag
        filled = {field: "x"} if field else {}
        for role in RULES.roles.values():
            said = closed(dag_id, person(role.code, OWN), **filled)
            if row.action not in role.actions:
                assert said == ROLE, (name, role.code)
            else:
                assert said == (ORGANISATION if row.everywhere else ""), (name, role.code)
        assert closed(dag_id, "nobody", **filled) == ORGANISATION
        assert closed(dag_id, BOSS, **filled) == ""
        assert closed(dag_id, None, "scheduled", **filled) == ""
        assert closed(dag_id, "calendar", **filled) == ORGANISATION, "a name opens nothing"


@pytest.mark.finding("F41")
@pytest.mark.req("A-56", "R150")
def test_a_calendar_run_by_hand_plans_for_companies_that_its_user_may_download_for(walked: psycopg.Connection) -> None:
    plan = PlanOperator(task_id="plan", channel="leqi", job="incremental")
    for params in ({}, {"taxpayers": [OWNER]}):
        with pytest.raises(AirflowFailException) as refused:
            plan.execute(context("leqi__incremental", person("operator", FOREIGN), **params))
        assert str(refused.value) == f"{OWNER}: {ORGANISATION}"
    plan.execute(context("leqi__incremental", person("operator", OWN)))
    (batch,) = walked.execute("SELECT created_by FROM sync.batch WHERE dag_id = 'leqi__incremental'").fetchall()
    assert batch == (person("operator", OWN),)


@pytest.mark.finding("F41")
@pytest.mark.req("A-56", "R150", "R319")
def test_a_sweep_of_named_rows_asks_for_the_right_in_each(walked: psycopg.Connection) -> None:
    sweep = SweepOperator(task_id="sweep")
    with pytest.raises(AirflowFailException) as refused:
        sweep.execute(context("sweep_results", person("operator", FOREIGN), batches=["waiting", "failed"]))
    assert str(refused.value) == f"waiting: {ORGANISATION}\nfailed: {ORGANISATION}"
    with pytest.raises(AirflowFailException, match=f"waiting: {ROLE}"):
        sweep.execute(context("sweep_results", person("auditor", OWN), batches=["waiting"]))


@pytest.mark.finding("F41")
@pytest.mark.req("A-56")
@pytest.mark.parametrize("blank", [[" "], [""], " , "])
def test_a_field_of_blanks_opens_no_other_entrance(walked: psycopg.Connection, blank: object) -> None:
    assert closed("sweep_results", person("auditor", OWN), batches=blank) == ROLE


@pytest.mark.finding("F41")
def test_while_no_rights_are_loaded_whoever_triggers_a_run_is_admitted(walked: psycopg.Connection) -> None:
    replace_grants(walked, [], BOSS)
    walked.commit()
    assert {closed(dag_id, "anybody") for dag_id in ("leqi__incremental", "auto_selection", "key_element_sync")} == {""}


@pytest.mark.finding("F41")
@pytest.mark.parametrize("run_type", ["manual", "backfill", "scheduled"])
def test_a_key_that_is_no_field_refuses_a_run_however_it_was_made(
    walked: psycopg.Connection, bag: Any, run_type: str
) -> None:
    """A mistyped restriction would mean every company; the reason is kept with the task."""
    mistyped, kept = context("leqi__incremental", BOSS, run_type), []
    mistyped["dag_run"].conf, mistyped["dag"] = {"taxpayer": [OWNER], "openlineage": {}}, bag.dags["leqi__incremental"]
    mistyped["ti"].xcom_push = lambda key, value: kept.append((key, value))
    said = "leqi__incremental 没有参数“taxpayer”；可用的有：date、taxpayers、red_when。您要的是“taxpayers”吗？"
    with pytest.raises(AirflowFailException) as refused:
        admit(mistyped)
    assert (str(refused.value), kept) == (said, [("refused", said)])
    mistyped["dag_run"].conf = {"taxpayers": [OWNER], "date": "2027-03-10", "red_when": "never"}
    admit(mistyped)
