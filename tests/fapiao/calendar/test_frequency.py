"""The frequency option: four settings of the product, own lists of up to five days, and nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import occurrences
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook


def current_month_days(year: int, month: int, frequency: Frequency, channel: str = "leqi") -> list[int]:
    """On which days of a month the running month is planned."""
    day, found = date(year, month, 1), []
    while day.month == month:
        if occurrences(rulebook(), day, channel=channel, job="current_month", frequency=frequency):
            found.append(day.day)
        day += timedelta(days=1)
    return found


@pytest.mark.req("A-06", "R099", "R115", "R125")
@pytest.mark.parametrize("channel", ["leqi", "soft_certificate"])
@pytest.mark.parametrize(
    ("setting", "january", "leap_february", "plain_february", "april"),
    [
        ("5;10;15;20;26", [5, 10, 15, 20, 26], [5, 10, 15, 20, 26], [5, 10, 15, 20, 26], [5, 10, 15, 20, 26]),
        ("5;10;15;21;27", [5, 10, 15, 21, 27], [5, 10, 15, 21, 27], [5, 10, 15, 21, 27], [5, 10, 15, 21, 27]),
        ("5;10;15;21;28", [5, 10, 15, 21, 28], [5, 10, 15, 21, 28], [5, 10, 15, 21, 28], [5, 10, 15, 21, 28]),
        ("5;10;15;21;-1", [5, 10, 15, 21, 30], [5, 10, 15, 21, 28], [5, 10, 15, 21, 27], [5, 10, 15, 21, 29]),
    ],
)
def test_each_of_the_four_settings_falls_on_its_days(
    channel: str,
    setting: str,
    january: list[int],
    leap_february: list[int],
    plain_february: list[int],
    april: list[int],
) -> None:
    frequency = Frequency.parse(setting)
    assert current_month_days(2028, 1, frequency, channel) == january
    assert current_month_days(2028, 2, frequency, channel) == leap_february
    assert current_month_days(2027, 2, frequency, channel) == plain_february
    assert current_month_days(2028, 4, frequency, channel) == april


@pytest.mark.req("R123", "R124")
@pytest.mark.parametrize("channel", ["etax", "tax_disk", "aisino"])
def test_the_other_channels_do_not_know_the_option(channel: str) -> None:
    assert current_month_days(2027, 4, Frequency((9,)), channel) == current_month_days(2027, 4, Frequency(), channel)


def test_a_day_that_is_named_twice_over_fires_once() -> None:
    found = occurrences(
        rulebook(), date(2027, 1, 30), channel="soft_certificate", job="current_month", frequency=Frequency((30, -1))
    )
    assert [one.direction for one in found] == ["input", "output"]


def test_a_day_that_the_month_lacks_does_not_come() -> None:
    assert current_month_days(2027, 2, Frequency((5, 31))) == [5]


def test_on_day_one_the_window_is_empty_and_the_download_suppressed() -> None:
    found = occurrences(rulebook(), date(2027, 3, 1), channel="leqi", job="current_month", frequency=Frequency((1,)))
    assert {one.suppressed for one in found} == {"empty window: [1, T-1] has no day on 2027-03-01"}
    assert {(one.window_start, one.window_end) for one in found} == {(None, None)}


@pytest.mark.req("A-06")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1;2;3;4;5;6", "one to 5 days, not 6"),
        ("0;5", "0 is no day of a month"),
        ("32", "32 is no day of a month"),
        ("-2", "-2 is no day of a month"),
        ("5;5", "every day may stand once"),
        ("5;;6", "is not a list of days"),
        ("", "is not a list of days"),
        ("five", "'five' is not a list of days"),
    ],
)
def test_any_other_list_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        Frequency.parse(text)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-1, 31).filter(bool), min_size=1, max_size=5, unique=True), st.integers(0, 1200))
def test_no_month_ever_has_more_than_five_downloads(days: list[int], months: int) -> None:
    first = date(2000 + months // 12, months % 12 + 1, 1)
    month = [day for day in (first + timedelta(days=n) for n in range(31)) if day.month == first.month]
    assert sum(Frequency(tuple(days)).falls_on(day) for day in month) <= 5


def test_a_scheme_without_days_has_the_default() -> None:
    assert Frequency.of(None) == Frequency.of([]) == Frequency.parse("5;10;15;20;26")
    assert str(Frequency.of([5, -1])) == "5;-1"
