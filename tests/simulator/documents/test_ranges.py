"""Generated months: lazy, even, unique, and able to let one document go its own way."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.clock import morning
from simulator.documents.document import Change
from simulator.documents.parties import TRADE
from simulator.documents.ranges import GeneratedRange
from simulator.documents.store import Store

FEBRUARY = date(2028, 2, 1)


def month(count: int, kind: str = "81", **more: object) -> GeneratedRange:
    return GeneratedRange(TRADE[0], "1", kind, FEBRUARY, count, "1", last=count, **more)


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 29), st.integers(0, 28))
def test_a_window_holds_exactly_the_documents_issued_in_it(count: int, first: int, length: int):
    whole = month(count)
    start, end = date(2028, 2, first), date(2028, 2, min(29, first + length))
    expected = [index for index in range(count) if start <= whole.day_of(index) <= end]
    found = whole.issued_between(start, end)
    assert list(range(found.start, found.stop)) == expected


def test_documents_spread_over_the_whole_leap_february():
    whole = month(29)
    assert [whole.day_of(index).day for index in range(29)] == list(range(1, 30))


@pytest.mark.parametrize("kind", ["81", "85", "01", "10", "03", "51", "61", "customs", "withholding"])
def test_numbers_are_unique_and_lead_back_to_their_index(kind: str):
    whole = month(3000, kind)
    keys = [whole.at(index).key for index in (0, 1, 1499, 2999)]
    assert [whole.index_of(key) for key in keys] == [0, 1, 1499, 2999]
    assert whole.index_of(month(3000, kind, tdys="12").at(0).key) is None
    assert whole.index_of("nonsense") is None


def test_ten_thousand_numbers_do_not_repeat():
    whole = month(10_000)
    assert len({whole.number_of(index) for index in range(10_000)}) == 10_000


def test_the_issue_time_stays_within_its_day():
    whole = month(50_000)
    assert all(whole.at(index).issued_on == whole.day_of(index) for index in (0, 972, 973, 1724, 49_999))


def test_lag_delays_visibility():
    whole = month(29, lag=3)
    assert len(whole.visible(date(2028, 2, 4))) == 1
    assert len(month(29, lag=0).visible(date(2028, 2, 4))) == 3


def test_a_changed_document_leaves_the_range_and_stays_in_every_answer():
    store, whole = Store(), month(10)
    store.add([], [whole])
    key = whole.at(4).key
    store.change(store.find(key), Change(morning(date(2028, 3, 1)), {"fpzt": "7"}))
    group, today = (TRADE[0].number, "1", "81"), date(2028, 3, 5)
    found = store.issued(group, FEBRUARY, date(2028, 2, 29), today)
    assert len(store) == len(found) == 10
    assert len({document.key for document in found.between(0, 10)}) == 10
    assert [document.key for document, _ in store.at_risk(TRADE[0].number, "81", FEBRUARY, today)] == [key]
    store.change(store.find(key), Change(morning(date(2028, 3, 2)), {"fpzt": "8"}))
    assert [len(document.changes) for document in store.find(key)] == [2]


@settings(deadline=None)
@given(st.lists(st.integers(0, 19), unique=True))
def test_any_number_of_departures_keeps_every_document_once(leaving: list[int]):
    store, whole = Store(), month(20)
    store.add([], [whole])
    for index in leaving:
        store.change(store.find(whole.at(index).key), Change(morning(date(2028, 3, 1)), {"fpyt": "1"}))
    found = store.issued((TRADE[0].number, "1", "81"), FEBRUARY, date(2028, 2, 29), date(2028, 3, 5))
    keys = [document.key for size in range(1, 5) for document in found.package(size, 5)]
    assert sorted(keys) == sorted(whole.at(index).key for index in range(20))
    assert found.packages(5) == 4
