"""Windows adjoin: over whole years every issue day lies in some window, and what comes late in a later one."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import Occurrence, occurrences
from fapiao.rules.book import rulebook

FIRST, DAYS = date(2027, 1, 1), 731
"""Two years, the second a leap year."""
REACH = 45
"""No issue day waits longer for a full download of its month."""
LAG = {"input": 4, "output": 0}
"""前四天 (S1 §3.3 乐企②): what others issue is collected days later; what the company issued is the bureau's at once."""
ONCE, DEFAULT = Frequency((15,)), Frequency()


def days(first: date = FIRST, count: int = DAYS) -> Iterator[date]:
    """Every day from the first."""
    return (first + timedelta(days=n) for n in range(count))


@cache
def of_day(day: date, frequency: Frequency) -> list[Occurrence]:
    """What the calendar plans on the day, whatever was planned before."""
    found = occurrences(rulebook(), day, frequency=frequency)
    return [one for one in found if one.suppressed is None and not one.only_if_missing and one.window_start]


KINDS = sorted(
    {
        (rule.channel, direction, document)
        for rule in rulebook().calendar
        if rule.download == "full"
        for direction, documents in rule.documents.items()
        for document in documents
    }
)


def seen(kind: tuple[str, str, str], issued: date, known: date, frequency: Frequency) -> bool:
    """Whether a full download after the day on which the bureau knows the document asks for its issue day."""
    return any(
        (one.channel, one.direction, one.document) == kind
        and one.download_type.endswith("_full")
        and (one.window_start or known) <= issued <= (one.window_end or issued)
        for day in days(known + timedelta(days=1), REACH)
        for one in of_day(day, frequency)
    )


@pytest.mark.finding("F05")
@pytest.mark.req("A-26", "R082", "R083", "R119", "R124")
@pytest.mark.parametrize("frequency", [DEFAULT, ONCE], ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
def test_every_issue_day_lies_in_a_window_of_a_later_day_late_arrivals_too(
    kind: tuple[str, str, str], frequency: Frequency
) -> None:
    late = timedelta(days=LAG[kind[1]])
    missed = [str(issued) for issued in days() if not seen(kind, issued, issued + late, frequency)]
    assert missed == []


@pytest.mark.finding("F05")
@pytest.mark.req("A-26")
@settings(deadline=None, max_examples=60)
@given(st.dates(date(2017, 2, 1), date(2090, 12, 1)), st.integers(0, 11))
def test_aisino_finds_a_document_of_any_day_that_comes_up_to_the_11th_of_the_next_month(issued: date, lag: int) -> None:
    next_month = (issued.replace(day=1) + timedelta(days=32)).replace(day=1)
    known = min(issued + timedelta(days=lag), next_month + timedelta(days=10))
    assert seen(("aisino", "input", "invoice"), issued, known, DEFAULT)


@pytest.mark.finding("F05")
@pytest.mark.req("R101", "R111")
@pytest.mark.parametrize(("job", "times"), [("incremental", 4), ("risk_status", 6)])
def test_every_day_of_collection_and_of_recognition_lies_in_the_windows_of_the_days_after_it(
    job: str, times: int
) -> None:
    asked = [one for day in days() for one in of_day(day, DEFAULT) if one.job == job and one.document == "invoice"]
    for day in days(FIRST, DAYS - 5):
        assert sum((one.window_start or day) <= day <= (one.window_end or day) for one in asked) == times


@pytest.mark.finding("F05")
@pytest.mark.parametrize("channel", sorted({rule.channel for rule in rulebook().calendar}))
def test_every_download_of_a_past_month_names_whole_months(channel: str) -> None:
    for day in days():
        for one in of_day(day, DEFAULT):
            if one.channel == channel and one.sync_type == "history_month" and one.window_start and one.window_end:
                assert one.window_start.day == 1
                assert (one.window_end + timedelta(days=1)).day == 1
