"""The manual's dated examples, what suppresses a download, and the sentence that explains it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fapiao.calendar.explaining import explain
from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import FIRST_DAY, LAST_DAY, Occurrence, occurrences
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI
from fapiao.texts.language import speaking

SWITCH = ("rim_download", "open_replenish_last_month")


def windows(day: date, job: str, channel: str = "leqi") -> set[tuple[date | None, date | None]]:
    """The windows of a job on a day."""
    return {(one.window_start, one.window_end) for one in occurrences(rulebook(), day, channel=channel, job=job)}


@pytest.mark.req("R101")
@pytest.mark.parametrize(
    ("run", "first", "last"), [((1, 5), (1, 1), (1, 4)), ((1, 6), (1, 2), (1, 5)), ((1, 7), (1, 3), (1, 6))]
)
def test_the_increment_asks_for_the_four_days_before_by_collection_date(
    run: tuple[int, int], first: tuple[int, int], last: tuple[int, int]
) -> None:
    assert windows(date(2027, *run), "incremental") == {(date(2027, *first), date(2027, *last))}


def test_an_invoice_collected_on_january_6_is_in_the_windows_of_four_runs_and_no_other() -> None:
    collected = date(2027, 1, 6)
    runs = [date(2027, 1, 1) + timedelta(days=n) for n in range(31)]
    seen = [
        run.day
        for run in runs
        for start, end in windows(run, "incremental")
        if start and end and start <= collected <= end
    ]
    assert seen == [7, 8, 9, 10]


@pytest.mark.req("R111")
@pytest.mark.parametrize(("run", "first", "last"), [(6, 3, 5), (11, 8, 10), (12, 9, 11), (13, 10, 12)])
def test_the_risk_query_asks_for_the_three_days_before_by_recognition_date(run: int, first: int, last: int) -> None:
    assert windows(date(2027, 1, run), "risk_status") == {(date(2027, 1, first), date(2027, 1, last))}


@pytest.mark.req("R109", "A-28")
def test_the_risk_query_runs_twice_a_day_for_deductible_input_invoices() -> None:
    found = occurrences(rulebook(), date(2027, 1, 6), channel="leqi", job="risk_status")
    assert [(one.direction, one.document, one.deductible) for one in found] == [("input", "invoice", True)] * 2
    assert len({one.at for one in found}) == 2


@pytest.mark.req("R088")
@pytest.mark.parametrize("channel", ["leqi", "etax"])
def test_on_march_12_january_is_checked_and_only_what_is_missing_applied_for(channel: str) -> None:
    found = occurrences(rulebook(), date(2027, 3, 12), channel=channel, job="back_check")
    assert {(one.window_start, one.window_end) for one in found} == {(date(2027, 1, 1), date(2027, 1, 31))}
    assert {one.direction for one in found} == {"input", "output"}
    assert all(one.only_if_missing and one.unless_complete and one.suppressed is None for one in found)


@pytest.mark.req("A-23", "R116", "R119")
@pytest.mark.parametrize("channel", ["soft_certificate", "tax_disk"])
def test_on_march_12_the_other_channels_download_february_without_looking(channel: str) -> None:
    found = occurrences(rulebook(), date(2028, 3, 12), channel=channel, job="full_last_month")
    assert {(one.window_start, one.window_end) for one in found} == {(date(2028, 2, 1), date(2028, 2, 29))}
    assert not any(one.only_if_missing or one.unless_complete for one in found)


@pytest.mark.req("R044", "R091", "R045", "R092")
def test_customs_documents_reach_two_months_back_and_in_the_running_month_to_its_first_day() -> None:
    history = [one for one in occurrences(rulebook(), date(2027, 1, 6), channel="etax") if one.document == "customs"]
    assert [(one.window_start, one.window_end) for one in history] == [(date(2026, 11, 1), date(2026, 12, 31))]
    running = [one for one in occurrences(rulebook(), date(2027, 1, 7), channel="etax") if one.document == "customs"]
    assert [(one.window_start, one.window_end) for one in running] == [(date(2027, 1, 1), date(2027, 1, 6))]


@pytest.mark.req("R086", "R087", "R100")
@pytest.mark.parametrize("channel", ["leqi", "etax"])
@pytest.mark.parametrize(("value", "planned"), [(None, False), ("0", False), ("1", True)])
def test_the_tenth_is_planned_only_with_its_parameter(channel: str, value: str | None, planned: bool) -> None:
    parameters = {} if value is None else {SWITCH: value}
    found = occurrences(rulebook(), date(2027, 3, 10), channel=channel, job="compensation", parameters=parameters)
    assert {one.direction for one in found} == {"input", "output"}
    reason = None if planned else "switched off: parameter rim_download.open_replenish_last_month is not 1"
    assert {one.suppressed for one in found} == {reason}


def test_compensation_is_planned_unless_the_month_is_complete_but_the_regular_download_always() -> None:
    rules, parameters = rulebook(), {SWITCH: "1"}
    tenth = occurrences(rules, date(2027, 3, 10), channel="leqi", job="compensation", parameters=parameters)
    second = occurrences(rules, date(2027, 3, 2), channel="leqi", job="history_output")
    assert all(one.unless_complete and not one.only_if_missing for one in tenth)
    assert not any(one.unless_complete for one in second)


@pytest.mark.parametrize("channel", ["etax", "tax_disk"])
def test_on_day_one_every_third_day_finds_an_empty_window_and_says_so(channel: str) -> None:
    found = occurrences(rulebook(), date(2027, 2, 1), channel=channel, job="current_month")
    assert found
    assert {one.suppressed for one in found} == {"empty window: [1, T-1] has no day on 2027-02-01"}


def test_every_third_day_is_anchored_on_the_month() -> None:
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(59)]
    fired = [day.day for day in days if windows(day, "current_month", "tax_disk")]
    assert fired == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28]


@pytest.mark.req("R114")
def test_unselected_invoices_of_three_issue_months_are_asked_for_on_the_first() -> None:
    assert windows(date(2027, 2, 1), "unselected_init") == {(date(2026, 11, 1), date(2027, 1, 31))}
    assert windows(date(2027, 2, 2), "unselected_init") == set()


@pytest.mark.req("A-43", "R122")
def test_increments_and_risk_queries_are_not_counted() -> None:
    found = occurrences(rulebook(), date(2027, 3, 10), channel="leqi")
    counters = {(one.job, one.counter) for one in found}
    assert counters == {
        ("incremental", None),
        ("risk_status", None),
        ("current_month", "full"),
        ("compensation", "full"),
    }


@pytest.mark.req("A-38")
@settings(deadline=None, max_examples=80)
@given(st.dates(date(2017, 1, 1), date(2099, 12, 31)))
def test_the_sync_type_follows_from_download_type_and_month(day: date) -> None:
    for one in occurrences(rulebook(), day, parameters={SWITCH: "1"}):
        if one.download_type in ("input_full", "output_full"):
            running = one.window_start is None or one.window_start.month == day.month
            assert one.sync_type == ("current_month" if running else "history_month")
        else:
            assert (
                one.sync_type
                == {
                    "input_incremental": "current_day",
                    "input_status": "current_period_input",
                    "unselected_init": "history_month",
                }[one.download_type]
            )


@pytest.mark.parametrize("channel", ["etax", "soft_certificate", "tax_disk"])
def test_statuses_of_the_current_tax_period_are_refreshed_every_day_for_deductible_invoices(channel: str) -> None:
    for number in range(60):
        day = date(2028, 1, 15) + timedelta(days=number)
        (one,) = occurrences(rulebook(), day, channel=channel, job="status_update")
        assert (one.download_type, one.window_basis, one.deductible) == ("input_status", "tax_period", True)
        assert (one.window_start, one.window_end, one.suppressed) == (None, None, None)


def test_there_is_one_occurrence_per_hour_channel_job_direction_and_document() -> None:
    for number in range(366):
        found = occurrences(rulebook(), date(2028, 1, 1) + timedelta(days=number))
        keys = [(one.at, one.channel, one.job, one.direction, one.document) for one in found]
        assert len(set(keys)) == len(keys)
        assert [one.at for one in found] == sorted(one.at for one in found)


@settings(deadline=None, max_examples=80)
@given(st.dates(date(2017, 1, 1), date(2099, 12, 31)))
def test_what_is_planned_lies_before_its_day_and_in_shanghai(day: date) -> None:
    for one in occurrences(rulebook(), day):
        assert one.at.date() == day
        assert one.at.utcoffset() == timedelta(hours=8)
        if one.window_start and one.window_end:
            assert one.window_start <= one.window_end < day


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)])
def test_a_day_outside_the_calendar_is_refused_with_the_day_and_both_ends(day: date) -> None:
    with pytest.raises(BadInput, match=f"^{day} 超出下载日程范围，可查询 2017-01-01 至 2099-12-31$"):
        occurrences(rulebook(), day)


def test_a_person_may_run_a_monthly_job_on_any_day() -> None:
    rules, day = rulebook(), date(2027, 3, 20)
    assert occurrences(rules, day, channel="leqi", job="history_input") == []
    found = occurrences(rules, day, channel="leqi", job="history_input", as_if_due=True)
    assert {(one.window_start, one.window_end) for one in found} == {(date(2027, 2, 1), date(2027, 2, 28))}


def test_a_scheme_that_is_not_due_is_not_planned_even_by_a_person() -> None:
    frequency = Frequency((5,))
    assert not occurrences(
        rulebook(), date(2027, 3, 20), channel="leqi", job="current_month", frequency=frequency, as_if_due=True
    )


def explained(day: date, job: str, channel: str = "leqi", **settings: object) -> str:
    one = occurrences(rulebook(), day, channel=channel, job=job, **settings)[0]  # type: ignore[arg-type]
    with speaking("en"):
        return explain(one)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            explained(date(2027, 1, 5), "incremental"),
            [
                "2027-01-05 08:30 leqi__incremental input invoice: planned; 2027-01-01 to 2027-01-04 by collection",
                "rule leqi-incremental (part of it assumed), S1 §3.3 乐企②: 每天凌晨下载前四天的发票",
            ],
        ),
        (explained(date(2027, 3, 10), "compensation"), ["not planned, switched off: parameter rim_download"]),
        (
            explained(date(2027, 3, 10), "compensation", parameters={SWITCH: "1"}),
            ["planned unless already complete; 2027-02-01 to 2027-02-28 by issue_date; rule leqi-compensation, S1"],
        ),
        (explained(date(2027, 3, 12), "back_check"), ["planned only for what is missing; 2027-01-01 to 2027-01-31"]),
        (explained(date(2027, 3, 1), "current_month", "etax"), ["not planned, empty window", "; no days; rule etax-"]),
        (explained(date(2027, 3, 1), "status_update", "etax"), ["planned; the bureau's current tax period; rule"]),
    ],
)
def test_an_explanation_says_verdict_window_rule_source_and_sentence(text: str, parts: list[str]) -> None:
    assert [part for part in parts if part not in text] == []


def test_an_occurrence_cannot_be_changed() -> None:
    one = occurrences(rulebook(), date(2027, 1, 5), channel="leqi")[0]
    assert isinstance(one, Occurrence)
    assert one.at == datetime(2027, 1, 5, 2, 0, tzinfo=SHANGHAI)
    with pytest.raises(AttributeError):
        one.suppressed = "no"  # type: ignore[misc]


def test_the_calendar_of_a_month_fits_the_quota_of_every_issue_month() -> None:
    """Current month 5 of 5; last month 3 of 3 at most with both optional days; the month before last 1 of 3."""
    rules, asked = rulebook(), {}
    for number in range(31):
        for one in occurrences(
            rules, date(2027, 3, 1) + timedelta(days=number), channel="leqi", parameters={SWITCH: "1"}
        ):
            if one.counter == "full" and one.window_start:
                key = one.direction, one.document, one.window_start.month
                asked[key] = asked.get(key, 0) + 1
    assert asked["output", "invoice", 3] == asked["input", "invoice", 3] == 5
    assert asked["output", "invoice", 2] == asked["input", "customs", 2] == 2
    assert asked["output", "invoice", 1] == 1
