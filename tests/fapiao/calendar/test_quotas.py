"""How often one may still apply, and from which day again."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fapiao.calendar.quotas import Limits, Usage, limits, months_of, next_allowed_day
from fapiao.rules.book import rulebook

JUNE_10 = date(2027, 6, 10)


@pytest.mark.req("R262", "R264", "R266")
@pytest.mark.parametrize(
    ("issue_month", "expected"),
    [(date(2027, 6, 1), Limits(1, 5)), (date(2027, 5, 1), Limits(1, 3)), (date(2022, 6, 1), Limits(1, 3))],
)
def test_the_running_month_has_five_applications_and_a_past_one_three(issue_month: date, expected: Limits) -> None:
    assert limits(rulebook(), "leqi", "full", issue_month, JUNE_10) == expected


@pytest.mark.finding("F11")
@pytest.mark.req("A-43", "R122")
def test_increments_have_no_limit_of_ours() -> None:
    assert {rule.counter for rule in rulebook().calendar if rule.download == "input_incremental"} == {None}
    assert ("leqi", "incremental") not in rulebook().quotas


def test_the_unselected_list_is_limited_by_the_month_only() -> None:
    assert limits(rulebook(), "leqi", "unselected_init", date(2027, 3, 1), JUNE_10) == Limits(None, 3)


def test_a_counter_that_no_rule_knows_is_an_error_not_a_default() -> None:
    with pytest.raises(KeyError):
        limits(rulebook(), "leqi", "monthly", date(2027, 6, 1), JUNE_10)
    with pytest.raises(KeyError):
        limits(rulebook(), "etax", "full", date(2027, 6, 1), JUNE_10)


@pytest.mark.parametrize(
    ("used", "limit", "day", "expected"),
    [
        (Usage(0, 0), Limits(1, 5), JUNE_10, JUNE_10),
        (Usage(1, 1), Limits(1, 5), JUNE_10, date(2027, 6, 11)),
        (Usage(0, 4), Limits(1, 5), JUNE_10, JUNE_10),
        (Usage(0, 5), Limits(1, 5), JUNE_10, date(2027, 7, 1)),
        (Usage(1, 5), Limits(1, 5), JUNE_10, date(2027, 7, 1)),
        (Usage(0, 3), Limits(1, 3), JUNE_10, date(2027, 7, 1)),
        (Usage(1, 1), Limits(1, 5), date(2027, 12, 31), date(2028, 1, 1)),
        (Usage(0, 5), Limits(1, 5), date(2027, 12, 2), date(2028, 1, 1)),
        (Usage(9, 9), Limits(None, None), JUNE_10, JUNE_10),
        (Usage(0, 0), Limits(1, 0), JUNE_10, date(2027, 7, 1)),
    ],
)
def test_a_spent_day_waits_for_tomorrow_and_a_spent_month_for_the_next(
    used: Usage, limit: Limits, day: date, expected: date
) -> None:
    assert next_allowed_day(used, limit, day) == expected


@settings(deadline=None, max_examples=80)
@given(
    st.dates(date(2017, 1, 1), date(2099, 12, 31)),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_there_is_room_today_exactly_when_neither_limit_is_reached(
    day: date, today: int, earlier: int, daily: int, monthly: int
) -> None:
    used = Usage(today, today + earlier)
    room = next_allowed_day(used, Limits(daily, monthly), day)
    assert room >= day
    assert (room == day) == (today < daily and today + earlier < monthly)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2027, 1, 31), date(2027, 2, 1), [date(2027, 1, 1), date(2027, 2, 1)]),
        (date(2027, 1, 5), date(2027, 1, 5), [date(2027, 1, 1)]),
        (date(2026, 12, 1), date(2027, 2, 28), [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]),
    ],
)
def test_a_window_costs_a_slot_in_every_month_it_touches(start: date, end: date, months: list[date]) -> None:
    assert list(months_of(start, end)) == months
