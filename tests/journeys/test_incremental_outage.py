"""A month of increments with days on which nothing works: all is there again while the bureau still answers (A-43)."""

from datetime import date, timedelta

import pytest

from rehearsal import AT_ONCE, GENERAL, PATIENCE, Rehearsal

DAG, SERVICE = "leqi__incremental", "CXZLXZFPXX"
FIRST, LAST = date(2027, 1, 5), date(2027, 2, 4)


@pytest.fixture
def month(rehearsal: Rehearsal) -> dict[str, str]:
    """One invoice collected on each day, by its collection day."""
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["input_incremental"])
    days = [str(FIRST + timedelta(days=number - 4)) for number in range((LAST - FIRST).days + 4)]
    return {day: rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq=day, collected_on=day) for day in days}


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@pytest.mark.finding("F11")
@pytest.mark.req("A-43", "R122")
@pytest.mark.slow
@pytest.mark.parametrize("outage", ["the bureau", "our own side"])
def test_after_five_days_without_answers_everything_is_drained_and_nothing_stays_late(
    rehearsal: Rehearsal, month: dict[str, str], outage: str
) -> None:
    down = days(date(2027, 1, 11), date(2027, 1, 15))
    for day in days(FIRST, LAST):
        if day == down[0] and outage == "the bureau":
            rehearsal.fault("error_code", code="99", service=SERVICE, times="always")
        if day == down[-1] + timedelta(days=1):
            rehearsal.admin.delete("/_sim/fault")
        if day in down and outage == "our own side":
            continue
        rehearsal.run(DAG, day, patience=AT_ONCE if day in down else PATIENCE)
        if day not in down:
            held = set(rehearsal.invoices())
            assert {key for collected, key in month.items() if collected < str(day)} == held, day
            todays = [row["status"] for row in rehearsal.tasks(tick=str(day))]
            assert set(todays) == {"succeeded"}, day
    assert {call["request"]["gjrq"] for call in rehearsal.calls(SERVICE)} >= {day.replace("-", "") for day in month}


@pytest.mark.finding("F11")
@pytest.mark.req("A-43")
def test_a_refusal_for_too_many_calls_postpones_and_costs_no_attempt(
    rehearsal: Rehearsal, month: dict[str, str]
) -> None:
    rehearsal.fault("quota_refused", service=SERVICE, times=1)
    rehearsal.run(DAG, "2027-01-08")
    (waiting,) = rehearsal.tasks()
    assert (waiting["status"], waiting["error_code"], waiting["attempts"]) == ("downloading", "LEQI_QUOTA", 0)
    assert str(waiting["not_before_day"]) == "2027-01-09"

    rehearsal.run(DAG, "2027-01-09")

    assert {row["status"] for row in rehearsal.tasks()} == {"succeeded"}


@pytest.mark.finding("F11")
@pytest.mark.req("A-43")
def test_a_row_that_waited_until_the_bureau_answers_no_more_ends_with_that_reason(
    rehearsal: Rehearsal, month: dict[str, str]
) -> None:
    rehearsal.fault("quota_refused", service=SERVICE, times=1)
    rehearsal.run(DAG, "2027-01-08")
    asked = len(rehearsal.calls(SERVICE))

    rehearsal.run("sweep_results", "2027-01-20")

    (ended,) = rehearsal.tasks()
    assert (ended["status"], ended["error_code"]) == ("download_failed", "LEQI_OUT_OF_REACH")
    assert ended["error_message"].startswith("2027-01-04：归集日期已超出税局可查询的范围")
    assert len(rehearsal.calls(SERVICE)) == asked


@pytest.mark.finding("F11")
@pytest.mark.req("A-43", "A-08")
def test_a_row_of_which_some_days_are_answered_no_more_brings_the_others_and_says_what_is_missing(
    rehearsal: Rehearsal, month: dict[str, str]
) -> None:
    rehearsal.fault("quota_refused", service=SERVICE, times=1)
    rehearsal.run(DAG, "2027-01-05")

    rehearsal.run("sweep_results", "2027-01-11")

    (ended,) = rehearsal.tasks()
    assert (ended["status"], ended["error_code"]) == ("incomplete", "INCOMPLETE")
    assert ended["error_message"] == "3天的归集日期已超出税局可查询的范围，未能查询（2027-01 进项 81）"
    assert set(rehearsal.invoices()) == {month["2027-01-04"]}
