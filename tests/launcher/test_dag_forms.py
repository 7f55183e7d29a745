"""What a run may be started with: the command knows the fields of every DAG, and refuses a key that is none of them."""

import json
from pathlib import Path

import pytest

from doc_pages import ROOT
from launcher.dag_forms import fields_of
from launcher.main import main


@pytest.mark.finding("F41")
def test_the_command_knows_the_fields_of_every_dag() -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(ROOT / "dags"))
    assert {name: fields_of(name) for name in bag.dags} == {name: [*dag.params] for name, dag in bag.dags.items()}


@pytest.mark.finding("F41")
@pytest.mark.parametrize(
    ("dag_id", "key", "said"),
    [
        ("leqi__incremental", "taxpayer", "there are date, taxpayers, red_when; did you mean taxpayers?"),
        ("verify_invoices", "batches", "there are date, red_when"),
    ],
)
def test_a_mistyped_key_is_refused_before_anything_is_started(
    dag_id: str, key: str, said: str, fapiao_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", dag_id, "--conf", json.dumps({key: ["x"]})]) == 1
    assert capsys.readouterr().err == f"{dag_id} takes no '{key}'; {said}\n"
    assert not (fapiao_home / "postgres").exists()


def test_a_dag_of_somebody_else_is_left_to_airflow() -> None:
    assert fields_of("of_the_user") is None
