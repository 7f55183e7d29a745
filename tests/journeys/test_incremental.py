"""The daily increment of 乐企, through real DAG runs: what lies in the window by collection date, and nothing else."""

import pytest

from rehearsal import GENERAL, Rehearsal

DAG = "leqi__incremental"


@pytest.fixture
def invoice_a(rehearsal: Rehearsal) -> str:
    """发票A of S1: issued on 5 January, collected on 6 January."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    return rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="1", kprq="2027-01-05", collected_on="2027-01-06")


@pytest.mark.req("G1", "R101", "R102", "R103", "A-27")
def test_run_of_5_january_asks_for_1_to_4_and_does_not_find_it(rehearsal: Rehearsal, invoice_a: str) -> None:
    rehearsal.run(DAG, "2027-01-05")

    (task,) = rehearsal.tasks()
    assert (str(task["window_start"]), str(task["window_end"])) == ("2027-01-01", "2027-01-04")
    assert task["window_basis"] == "collection_date"
    assert (task["status"], task["status_label"]) == ("no_data", "没有数据")
    assert rehearsal.invoices() == {}


@pytest.mark.req("G2", "R104")
def test_run_of_6_january_asks_for_2_to_5_and_does_not_find_it(rehearsal: Rehearsal, invoice_a: str) -> None:
    rehearsal.run(DAG, "2027-01-06")

    (task,) = rehearsal.tasks()
    assert (str(task["window_start"]), str(task["window_end"])) == ("2027-01-02", "2027-01-05")
    assert rehearsal.invoices() == {}


@pytest.mark.req("G3", "R105", "R106")
def test_runs_of_7_to_10_january_find_it_four_times_and_keep_it_once(rehearsal: Rehearsal, invoice_a: str) -> None:
    for day in ("2027-01-07", "2027-01-08", "2027-01-09", "2027-01-10", "2027-01-11"):
        rehearsal.run(DAG, day)

    tasks = rehearsal.tasks()
    assert [task["status"] for task in tasks] == ["succeeded"] * 4 + ["no_data"]
    assert [task["inserted_count"] for task in tasks] == [1, 0, 0, 0, 0]
    assert [task["unchanged_count"] for task in tasks] == [0, 1, 1, 1, 0]
    assert list(rehearsal.invoices()) == [invoice_a]
    sightings = rehearsal.pool.execute("SELECT document_keys FROM pool.sighting").fetchall()
    assert [row["document_keys"] for row in sightings] == [[invoice_a]] * 4


def test_the_same_day_again_asks_nothing_and_changes_nothing(rehearsal: Rehearsal, invoice_a: str) -> None:
    rehearsal.run(DAG, "2027-01-07")
    before, calls = rehearsal.tasks(), len(rehearsal.calls("CXZLXZFPXX"))

    rehearsal.run(DAG, "2027-01-07")

    assert before == rehearsal.tasks()
    assert calls == len(rehearsal.calls("CXZLXZFPXX"))


@pytest.mark.req("R054", "A-31")
def test_customs_documents_are_asked_for_with_type_1_and_arrive_with_their_lines(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("customs", "withholding")
    customs = rehearsal.document(fplx="customs", nsrsbh=GENERAL, kprq="2027-01-04", collected_on="2027-01-05")
    certificate = rehearsal.document(fplx="withholding", nsrsbh=GENERAL, kprq="2027-01-04", collected_on="2027-01-05")

    rehearsal.run(DAG, "2027-01-07")

    assert {call["request"]["hgjkslx"] for call in rehearsal.calls("CXZLXZHGJKSXX")} == {"1"}
    assert {key: row["document"] for key, row in rehearsal.invoices().items()} == {
        customs: "customs",
        certificate: "withholding",
    }
    lines = rehearsal.pool.execute("SELECT * FROM fapiao.invoice_line WHERE document_key = %s", [customs]).fetchall()
    assert lines


@pytest.mark.req("R107")
def test_what_no_increment_saw_in_time_is_found_by_the_full_download(rehearsal: Rehearsal, invoice_a: str) -> None:
    rehearsal.run(DAG, "2027-01-13")
    assert rehearsal.invoices() == {}

    rehearsal.run("leqi__history_input", "2027-02-06")

    assert list(rehearsal.invoices()) == [invoice_a]
