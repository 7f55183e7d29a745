"""Windows are whole days with both ends; cutting them at month ends loses and doubles nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fapiao.windows import BASES, RANGES, Window, month_end, month_start, one_year_before

DAYS = st.dates(date(2017, 1, 1), date(2099, 12, 31))
LENGTHS = st.integers(0, 800)

quick = settings(deadline=None, max_examples=60)


@quick
@given(DAYS, LENGTHS)
def test_the_months_of_a_window_are_the_window(start: date, length: int) -> None:
    window = Window(start, start + timedelta(days=length), "issue_date")
    months = list(window.by_month())
    assert [day for month in months for day in month.days()] == list(window.days())
    assert all((month.start.year, month.start.month) == (month.end.year, month.end.month) for month in months)


@quick
@given(DAYS, LENGTHS)
def test_no_two_pieces_of_a_window_share_a_month(start: date, length: int) -> None:
    pieces = list(Window(start, start + timedelta(days=length), "recognition_date").by_month())
    assert len({(piece.start.year, piece.start.month) for piece in pieces}) == len(pieces)
    assert {piece.basis for piece in pieces} == {"recognition_date"}


@quick
@given(DAYS, st.integers(0, 60))
def test_a_month_begins_on_its_first_and_ends_before_the_next(day: date, back: int) -> None:
    start = month_start(day, back)
    assert start.day == 1
    assert (day.year * 12 + day.month) - (start.year * 12 + start.month) == back
    assert month_end(start) + timedelta(days=1) == month_start(start, -1)


@quick
@given(DAYS)
def test_no_window_of_the_calendar_reaches_the_run_day(day: date) -> None:
    for name, window in RANGES.items():
        found = window(day)
        if name == "current_tax_period":
            assert found is None
            continue
        assert found is not None
        assert found[1] < day


@quick
@given(DAYS)
def test_running_month_and_month_before_adjoin(day: date) -> None:
    running, before = RANGES["current_month_to_yesterday"](day), RANGES["previous_month"](day)
    assert running is not None
    assert before is not None
    assert before[1] + timedelta(days=1) == running[0]


@quick
@given(DAYS)
def test_the_sliding_windows_of_following_days_leave_no_day_out(day: date) -> None:
    for name, length in (("four_days_to_yesterday", 4), ("three_days_to_yesterday", 3)):
        found = RANGES[name](day)
        assert found is not None
        assert found == (day - timedelta(days=length), day - timedelta(days=1))


def test_windows_of_different_bases_never_compare() -> None:
    same_days = {Window(date(2027, 1, 1), date(2027, 1, 4), basis) for basis in BASES}
    assert len(same_days) == len(BASES)


def test_a_window_that_ends_before_it_starts_is_refused_with_both_days() -> None:
    with pytest.raises(ValueError, match=r"ends \(2027-01-01\) before it starts \(2027-01-02\)"):
        Window(date(2027, 1, 2), date(2027, 1, 1), "issue_date")


def test_an_unknown_basis_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown basis 'moon'; known are issue_date"):
        Window(date(2027, 1, 1), date(2027, 1, 1), "moon")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2029, 2, 28), date(2028, 2, 28)),
        (date(2028, 3, 1), date(2027, 3, 1)),
    ],
)
def test_one_year_ago_is_the_same_day_and_the_leap_day_counts_as_the_28th(day: date, expected: date) -> None:
    assert one_year_before(day) == expected
