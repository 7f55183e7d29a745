"""Inside Airflow too: a run refuses the bureau that is not its pool's, and asks it nothing (A-54)."""

import json
import os

import psycopg
import pytest

from fapiao.bureau_kind import REAL, REHEARSAL
from hooks.pool.bureau_kind import claim, kind_of
from rehearsal import GENERAL, Rehearsal, leqi_connection

DAY = "2027-02-02"
DAG = "leqi__history_output"


@pytest.fixture
def seller(rehearsal: Rehearsal) -> Rehearsal:
    """One company with one invoice."""
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["output_full"])
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
    return rehearsal


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_the_first_run_decides_and_one_against_the_other_bureau_fails_with_its_rows_untouched(
    seller: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller.run(DAG, DAY)
    with psycopg.connect(seller.pool_url) as connection:
        held = kind_of(connection)
    assert held
    assert held.kind == REHEARSAL
    asked = len(seller.admin.get("/_sim/journal").json()["calls"])

    seller.pool.execute("UPDATE sync.bureau SET kind = 'real'")
    known = json.loads(os.environ["AIRFLOW_CONN_LEQI"])
    extra = json.loads(known["extra"]) | {"rehearsal": True}
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", json.dumps(known | {"extra": json.dumps(extra)}))
    seller.run(DAG, "2027-03-02", ends="failed")
    seller.run("sweep_results", "2027-03-02", ends="failed")
    assert [(row["tick"], row["status"], row["attempts"]) for row in seller.tasks(status="pending")] == [
        ("2027-03-02", "pending", 0)
    ]
    assert len(seller.admin.get("/_sim/journal").json()["calls"]) == asked


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_real_pool_takes_nothing_from_a_simulator_that_its_connection_does_not_name(seller: Rehearsal) -> None:
    with psycopg.connect(seller.pool_url) as connection:
        claim(connection, REAL, "connection leqi", binding=True)
    seller.run(DAG, DAY, ends="success")
    (row,) = seller.tasks()
    assert (row["status"], row["error_code"], row["attempts"]) == ("pending", "BUREAU_IS_REHEARSAL", 0)
    assert "指向模拟税局" in row["error_message"]
    assert seller.invoices() == {}


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_rehearsal_whose_unmarked_bureau_is_away_for_a_moment_goes_on_when_it_is_back(
    seller: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(seller.pool_url) as connection:
        claim(connection, REHEARSAL, "the demo", binding=True)
    here = os.environ["AIRFLOW_CONN_LEQI"]
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection("http://127.0.0.1:9"))
    seller.run(DAG, DAY, ends="failed")
    (row,) = seller.tasks()
    assert (row["status"], row["attempts"], row["error_code"]) == ("pending", 0, None)

    monkeypatch.setenv("AIRFLOW_CONN_LEQI", here)
    seller.run("sweep_results", DAY)
    assert [row["status"] for row in seller.tasks()] == ["succeeded"]
    assert len(seller.invoices()) == 1
