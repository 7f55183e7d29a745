"""A run that a command makes itself: Airflow notes who asked for it, and a refusal comes back to the command."""

from pathlib import Path
from typing import Any

import pytest

from doc_pages import ROOT
from launcher import dag_runner
from launcher.connections import POOL_VARIABLE

pytestmark = pytest.mark.filterwarnings("ignore")
"""Airflow and what it imports have many warnings of their own."""
DAG_ID = "import_bureau_file"


@pytest.fixture
def bag(airflow_metadata: None, fapiao_home: Path, pool_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The DAGs, as the runner has them, run in the name of li."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models import dagrun

    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.setattr(dagrun, "get_or_create_dagrun", dagrun.get_or_create_dagrun)
    dag_runner.name_who_asked("li")
    return DagBag(dag_folder=str(ROOT / "dags"))


@pytest.mark.slow
@pytest.mark.finding("F42")
@pytest.mark.req("A-56")
def test_airflow_notes_who_asked_and_a_refused_task_brings_its_sentence_back(bag: Any) -> None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    done = dag_runner._run(bag, DAG_ID, {"path": "../elsewhere.xlsx", "red_when": "never"})
    assert (done["state"], done["refusal"].partition("：")[0]) == ("failed", "../elsewhere.xlsx")
    with create_session() as session:
        run = session.query(DagRun).where(DagRun.run_id == done["run_id"]).one()
        assert run.triggering_user_name == "li"


@pytest.mark.finding("F41")
def test_a_value_that_no_field_takes_is_to_be_corrected(bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAPIAO_LANG", "en")
    done = dag_runner._run(bag, DAG_ID, {"red_when": "sometimes"})
    assert (done["run_id"], done["state"]) == ("", "unknown")
    assert done["problem"].startswith(f"{DAG_ID} does not take a value, correct it: Invalid input for param red_when")
    assert "\n" not in done["problem"], "its schema is for programs"
