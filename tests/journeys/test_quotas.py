"""Quotas of 乐企, through real DAG runs: refused by our own ledger before the bureau is called."""

from datetime import date

import pytest

from rehearsal import GENERAL, Rehearsal

APPLY = "PLFPXZSQ"


@pytest.fixture
def seller(rehearsal: Rehearsal) -> Rehearsal:
    """One general taxpayer who downloads 专票 in both directions, on any day."""
    rehearsal.taxpayer()
    rehearsal.scheme("81", frequency=(5, 10, 15, 20, 26))
    return rehearsal


def board(rehearsal: Rehearsal, direction: str, month: str) -> dict[str, object]:
    """The quota board's line of one direction and issue month."""
    rows = rehearsal.pool.execute("SELECT * FROM fapiao.quota_usage").fetchall()
    (found,) = [row for row in rows if (row["direction"], str(row["issue_month"])) == (direction, month)]
    return found


@pytest.mark.req("G11", "R262", "R263", "A-02")
def test_a_second_application_on_10_june_for_june_is_refused_before_any_call(seller: Rehearsal) -> None:
    seller.run("leqi__current_month", "2027-06-10")
    calls = len(seller.calls(APPLY))
    seller.again_as_another_window()

    seller.run("sweep_results", "2027-06-10")

    assert calls == len(seller.calls(APPLY))
    second = [row for row in seller.tasks(job="current_month") if row["status"] == "pending"]
    assert {(row["error_code"], str(row["not_before_day"])) for row in second} == {("QUOTA_DAY", "2027-06-11")}
    assert {row["attempts"] for row in second} == {0}
    assert board(seller, "output", "2027-06-01")["used_today"] == 1


@pytest.mark.req("G12", "R264", "R265", "R099", "R121")
def test_the_sixth_application_in_june_for_june_is_refused_before_any_call(seller: Rehearsal) -> None:
    for day in (5, 10, 15, 20, 26):
        seller.run("leqi__current_month", date(2027, 6, day))
    assert board(seller, "output", "2027-06-01")["used_this_month"] == 5
    calls = len(seller.calls(APPLY))

    seller.pool.execute("UPDATE enterprise.scheme SET frequency = '{28}'")
    seller.run("leqi__current_month", "2027-06-28")

    assert calls == len(seller.calls(APPLY))
    sixth = [row for row in seller.tasks(job="current_month") if str(row["window_end"]) == "2027-06-27"]
    assert {(row["status"], row["error_code"]) for row in sixth} == {("apply_failed", "QUOTA_MONTH")}
    assert "2027-07-01" in sixth[0]["advice"]


@pytest.mark.req("G13", "R266", "R267")
def test_the_fourth_application_in_june_for_may_is_refused_before_any_call(seller: Rehearsal) -> None:
    for day in ("2027-06-02", "2027-06-03", "2027-06-04"):
        seller.run("leqi__history_output", day)
    assert board(seller, "output", "2027-05-01")["used_this_month"] == 3
    calls = len(seller.calls(APPLY))

    seller.run("leqi__history_output", "2027-06-05")

    assert calls == len(seller.calls(APPLY))
    fourth = seller.tasks(job="history_output")[-1]
    assert (fourth["status"], fourth["error_code"], str(fourth["not_before_day"])) == (
        "pending",
        "QUOTA_MONTH",
        "2027-07-01",
    )
    assert fourth["attempts"] == 0


@pytest.mark.req("A-43", "R122")
def test_increments_do_not_spend_the_quota_of_full_downloads(seller: Rehearsal) -> None:
    seller.run("leqi__incremental", "2027-06-10")

    assert seller.pool.execute("SELECT * FROM fapiao.quota_usage").fetchall() == []


@pytest.mark.req("A-03")
def test_a_lost_answer_keeps_its_slot_and_the_row_applies_again_on_the_next_day(seller: Rehearsal) -> None:
    seller.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-05-15")
    seller.fault("drop_reply", service=APPLY, times=1)

    seller.run("leqi__history_output", "2027-06-02")

    (task,) = seller.tasks()
    assert (task["status"], task["error_code"]) == ("pending", "LEQI_ANSWER_LOST")
    assert str(task["not_before_day"]) == "2027-06-03"
    line = board(seller, "output", "2027-05-01")
    assert (line["used_today"], line["unknown"]) == (1, 1)

    seller.run("leqi__history_output", "2027-06-03", taxpayers=["nobody"])

    assert seller.tasks()[0]["status"] == "succeeded"
    line = board(seller, "output", "2027-05-01")
    assert (line["used_this_month"], line["unknown"]) == (2, 1)
    (counted,) = seller.admin.get("/_sim/quota").json()["quota"]
    assert counted["this_month"] == 2


@pytest.mark.req("A-03")
def test_a_refused_call_gives_its_slot_back_and_teaches_the_ledger_what_others_used(seller: Rehearsal) -> None:
    seller.fault("quota_refused", service=APPLY, times=1)

    seller.run("leqi__history_output", "2027-06-02")

    (task,) = seller.tasks()
    assert (task["status"], task["error_code"], task["attempts"]) == ("pending", "LEQI_QUOTA", 0)
    line = board(seller, "output", "2027-05-01")
    assert (line["used_today"], line["used_elsewhere"]) == (1, 1)
