"""Faults, through real DAG runs: each ends in the row's own status with a sentence, and nothing is lost or doubled."""

import json

import psycopg
import pytest

from hooks.pool import migrations
from hooks.pool.merge import StagedMerge
from hooks.pool.rule_tables import load_rules
from rehearsal import GENERAL, KEY, Rehearsal, leqi_connection, rehearsing
from temporary_postgres import temporary_postgres

DAG, DAY = "leqi__history_output", "2027-02-02"
APPLY, FEEDBACK = "PLFPXZSQ", "PLFPXZSQFK"


@pytest.fixture
def seller(rehearsal: Rehearsal) -> Rehearsal:
    """One taxpayer with two sales invoices of January."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    for day in ("2027-01-15", "2027-01-16"):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq=day)
    return rehearsal


def the_task(rehearsal: Rehearsal) -> dict[str, object]:
    """The one row there is, which says what went wrong in three parts where something did."""
    (task,) = rehearsal.tasks()
    if task["error_code"]:
        assert task["error_message"]
        assert task["advice"]
    return task


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http_500", "service": FEEDBACK},
        {"kind": "drop_reply", "service": FEEDBACK},
        {"kind": "cut_reply", "service": FEEDBACK},
        {"kind": "wrong_gzip", "service": FEEDBACK},
        {"kind": "huge_reply", "service": FEEDBACK},
        {"kind": "duplicate_row", "service": FEEDBACK},
        {"kind": "duplicate_row", "service": FEEDBACK, "differing": True},
        {"kind": "platform", "code": "5001", "service": APPLY},
        {"kind": "platform", "code": "429", "service": APPLY},
    ],
    ids=lambda fault: f"{fault['kind']} {fault['service']}",
)
def test_a_passing_fault_costs_nothing_but_an_attempt(seller: Rehearsal, fault: dict[str, object]) -> None:
    seller.fault(**fault, times=1)  # type: ignore[arg-type]

    seller.run(DAG, DAY)

    task = the_task(seller)
    assert (task["status"], task["inserted_count"], task["error_code"]) == ("succeeded", 2, None)
    assert len(seller.invoices()) == 2
    assert len([call for call in seller.calls(APPLY) if call["returncode"] == "00"]) == 1


def test_a_row_that_always_comes_twice_word_for_word_is_kept_once_and_counted(seller: Rehearsal) -> None:
    seller.fault("duplicate_row", service=FEEDBACK, times="always")

    seller.run(DAG, DAY)

    task = the_task(seller)
    assert (task["status"], task["downloaded_count"], task["inserted_count"], task["ignored_count"]) == (
        "succeeded",
        3,
        2,
        1,
    )


def test_a_row_that_always_comes_twice_and_differs_is_waited_out_and_merges_nothing(seller: Rehearsal) -> None:
    seller.fault("duplicate_row", service=FEEDBACK, times="always", differing=True)

    seller.run(DAG, DAY)

    assert (the_task(seller)["status"], the_task(seller)["error_code"]) == ("downloading", "DUPLICATE_ROW")
    assert seller.invoices() == {}

    seller.pool.execute("UPDATE sync.task SET applied_at = applied_at - interval '8 days', not_before = now()")
    seller.run("sweep_results", DAY)
    assert (the_task(seller)["status"], the_task(seller)["error_code"]) == ("download_failed", "DUPLICATE_ROW")
    assert seller.invoices() == {}


@pytest.mark.parametrize("kind", ["packagecount_changes", "rows_missing"])
def test_packages_that_contradict_each_other_are_asked_for_again(rehearsal: Rehearsal, kind: str) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    generate = {"nsrsbh": GENERAL, "sjlx": "2", "fplx": "81", "month": "2027-01", "count": 4500, "seed": 7}
    rehearsal.post("seed", companies=[], documents=[], generate=[generate])
    rehearsal.fault(kind, service=FEEDBACK, times=1)

    rehearsal.run(DAG, DAY)

    task = the_task(rehearsal)
    assert (task["status"], task["downloaded_count"], task["inserted_count"]) == ("succeeded", 4500, 4500)
    generations = rehearsal.pool.execute("SELECT max(generation) AS last FROM sync.reply").fetchone()
    assert generations == {"last": 2}


def test_a_wrong_key_fails_the_row_with_the_bureaus_words_and_spends_nothing(
    seller: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = json.loads(leqi_connection(seller.simulator.url)) | {"password": "f" * 32}
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", json.dumps(wrong))

    seller.run(DAG, DAY)

    task = the_task(seller)
    assert (task["status"], task["error_code"]) == ("apply_failed", "LEQI_KEY")
    assert KEY not in str(task)
    assert "f" * 32 not in str(task)
    assert seller.pool.execute("SELECT count(*) AS n FROM sync.quota_slot WHERE state <> 'released'").fetchone() == {
        "n": 0
    }


def test_an_unreachable_bureau_fails_the_row_and_the_next_run_gets_everything(
    seller: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection("http://127.0.0.1:9"))
    seller.run(DAG, DAY)
    first = the_task(seller)
    assert (first["status"], first["error_code"], first["attempts"]) == ("apply_failed", "LEQI_UNREACHABLE", 3)

    monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection(seller.simulator.url))
    seller.run(DAG, "2027-02-03")

    assert len(seller.invoices()) == 2


def test_an_unknown_code_is_shown_and_never_guessed(seller: Rehearsal) -> None:
    seller.fault("unknown_returncode", service=APPLY, times=1)

    seller.run(DAG, DAY)

    task = the_task(seller)
    assert (task["status"], task["error_code"]) == ("apply_failed", "LEQI_UNKNOWN_77")


def test_a_result_that_failed_for_good_ends_the_row(seller: Rehearsal) -> None:
    seller.fault("task_fails", service=FEEDBACK, times=1)

    seller.run(DAG, DAY)

    assert (the_task(seller)["status"], the_task(seller)["error_code"]) == ("download_failed", "LEQI_TASK_FAILED")


@pytest.mark.slow
def test_postgres_restarted_in_the_middle_of_a_merge_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch, airflow_metadata: None
) -> None:
    with temporary_postgres() as server:
        server.ensure_database("pool")
        with psycopg.connect(server.url("pool"), autocommit=True) as connection:
            migrations.migrate(connection)
            load_rules(connection)
        with rehearsing(server.url("pool"), monkeypatch, DAY) as rehearsal:
            rehearsal.taxpayer()
            rehearsal.scheme("81")
            rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
            merge, restarts = StagedMerge.merge, []

            def merge_and_restart(stage: StagedMerge) -> object:
                counts = merge(stage)
                if not restarts:
                    restarts.append(stage)
                    server.stop()
                    server.start()
                return counts

            monkeypatch.setattr(StagedMerge, "merge", merge_and_restart)
            rehearsal.run(DAG, DAY)
            rehearsal.reconnect()

            assert restarts
            assert (the_task(rehearsal)["status"], len(rehearsal.invoices())) == ("succeeded", 1)
