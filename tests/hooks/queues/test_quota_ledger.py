"""The quota ledger never reserves what the bureau would not grant, however many workers ask at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fapiao.calendar.quotas import Limits, limits, months_of
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.queues.quota_ledger import QuotaLedger
from task_rows import DAY, another_window, batch, put, take_one

Pool = psycopg.Connection[Any]
TOMORROW, NEXT_MONTH = DAY + timedelta(days=1), date(2027, 7, 1)
MAY = (date(2027, 5, 1), date(2027, 5, 31))
DAYS = [date(2027, 6, 28) + timedelta(days=n) for n in range(6)]


def allowed(claim: Claim, day: date, counter: str = "full") -> dict[date, Limits]:
    """The limits of every month of the window, from the rules."""
    months = months_of(claim.window_start, claim.window_end)
    return {month: limits(rulebook(), "leqi", counter, month, day) for month in months}


def reserve(pool: Pool, claim: Claim, day: date = DAY, counter: str = "full") -> date | None:
    """One reservation by the rules."""
    return QuotaLedger(pool).reserve(claim, counter, day, allowed(claim, day, counter))


def spend(pool: Pool, claim: Claim, day: date = DAY, state: str = "consumed") -> date | None:
    """A reservation by a row of its own, and its fate."""
    mine = replace(claim, task_id=put(pool, "succeeded"))
    room = reserve(pool, mine, day)
    if room is None:
        assert QuotaLedger(pool).settle(mine, state)
    return room


def states(pool: Pool) -> list[tuple[Any, ...]]:
    """(issue month, state) of every slot."""
    return pool.execute("SELECT issue_month, state FROM sync.quota_slot ORDER BY slot_id").fetchall()


@pytest.fixture
def claim(pool: Pool) -> Claim:
    """A row for the running month, June 2027, in a worker's hands."""
    return take_one(pool)


@pytest.fixture
def may(claim: Claim) -> Claim:
    """A row for the month before."""
    return another_window(claim, *MAY)


@pytest.mark.req("A-03")
def test_a_slot_is_reserved_before_the_call_and_settled_once(pool: Pool, claim: Claim) -> None:
    assert reserve(pool, claim) is None
    assert states(pool) == [(date(2027, 6, 1), "reserved")]
    assert QuotaLedger(pool).settle(claim, "consumed")
    assert not QuotaLedger(pool).settle(claim, "released")
    assert states(pool) == [(date(2027, 6, 1), "consumed")]


@pytest.mark.req("R262", "R263", "A-02")
@pytest.mark.parametrize("state", ["consumed", "unknown"])
def test_one_application_a_day_for_a_month_and_the_next_day_again(pool: Pool, claim: Claim, state: str) -> None:
    assert spend(pool, claim, state=state) is None
    assert spend(pool, claim) == TOMORROW
    assert spend(pool, claim, TOMORROW) is None


@pytest.mark.req("A-03")
def test_a_released_slot_may_be_used_again_on_the_same_day(pool: Pool, claim: Claim) -> None:
    assert spend(pool, claim, state="released") is None
    assert spend(pool, claim) is None


def test_a_reservation_counts_while_nobody_knows_its_fate(pool: Pool, claim: Claim) -> None:
    assert reserve(pool, claim) is None
    assert spend(pool, claim) == TOMORROW


@pytest.mark.req("R099", "R121", "R264", "R265")
def test_five_applications_a_month_for_the_running_month(pool: Pool, claim: Claim) -> None:
    answers = [spend(pool, claim, DAY + timedelta(days=n)) for n in range(6)]
    assert answers == [None] * 5 + [NEXT_MONTH]


@pytest.mark.req("R266", "R267")
def test_three_applications_a_month_for_a_month_that_is_over_and_three_more_in_the_next(pool: Pool, may: Claim) -> None:
    answers = [spend(pool, may, DAY + timedelta(days=n)) for n in range(4)]
    assert answers == [None] * 3 + [NEXT_MONTH]
    assert spend(pool, may, NEXT_MONTH) is None


@pytest.mark.req("R065", "R121", "A-02")
@pytest.mark.parametrize(
    "other",
    [{"taxpayer_no": "91310000MA1EXAMP15"}, {"direction": "input"}, {"invoice_type": "82"}, {"channel": "etax"}],
)
def test_taxpayer_direction_type_and_channel_have_quotas_of_their_own(
    pool: Pool, claim: Claim, other: dict[str, str]
) -> None:
    assert spend(pool, claim) is None
    assert QuotaLedger(pool).reserve(replace(claim, **other), "full", DAY, allowed(claim, DAY)) is None  # type: ignore[arg-type]


def test_every_issue_month_has_a_quota_of_its_own(pool: Pool, claim: Claim, may: Claim) -> None:
    assert spend(pool, may) is None
    assert spend(pool, claim) is None


def test_unselected_init_spends_every_month_of_its_window_or_none(pool: Pool, claim: Claim) -> None:
    spring = another_window(claim, date(2027, 3, 1), MAY[1], invoice_type="all", direction="input")
    for number in range(3):
        assert reserve(pool, replace(spring, task_id=put(pool, "succeeded")), counter="unselected_init") is None
        assert len(states(pool)) == 3 * (number + 1)

    last = replace(spring, window_end=date(2027, 6, 30), window_start=date(2027, 5, 1))
    assert reserve(pool, last, counter="unselected_init") == NEXT_MONTH
    assert len(states(pool)) == 9
    assert reserve(pool, another_window(last, date(2027, 6, 1), date(2027, 6, 30)), counter="unselected_init") is None


@pytest.mark.req("A-03")
@pytest.mark.parametrize(("monthly", "missing", "again"), [(False, 1, TOMORROW), (True, 4, NEXT_MONTH)])
def test_what_others_used_fills_the_ledger_up_to_the_limit(
    pool: Pool, claim: Claim, monthly: bool, missing: int, again: date
) -> None:
    spend(pool, claim, DAY - timedelta(days=1))
    QuotaLedger(pool).note_foreign(claim, "full", DAY, allowed(claim, DAY), monthly=monthly)
    QuotaLedger(pool).note_foreign(claim, "full", DAY, allowed(claim, DAY), monthly=monthly)
    assert [state for _, state in states(pool)] == ["consumed"] + ["foreign"] * missing
    assert spend(pool, claim) == again


def test_a_row_has_one_open_reservation_for_a_month(pool: Pool, claim: Claim) -> None:
    assert reserve(pool, claim) is None
    with pytest.raises(psycopg.errors.UniqueViolation):
        QuotaLedger(pool).reserve(claim, "full", TOMORROW, allowed(claim, TOMORROW))


@pytest.fixture
def rivals(pool: Pool, pool_url: str) -> Callable[[int], list[tuple[Pool, Claim]]]:
    """Rows of one key in the hands of workers with connections of their own."""

    def make(number: int) -> list[tuple[Pool, Claim]]:
        batch(pool)
        claims = [replace(take_one(pool, invoice_type=f"{n:02}"), invoice_type="81") for n in range(number)]
        pool.commit()
        return [(psycopg.connect(pool_url), claim) for claim in claims]

    return make


@pytest.mark.req("A-03", "R262")
def test_of_workers_that_want_the_last_slot_at_the_same_time_exactly_one_gets_it(
    rivals: Callable[[int], list[tuple[Pool, Claim]]],
) -> None:
    workers = rivals(6)
    start = threading.Barrier(len(workers))

    def apply(worker: tuple[Pool, Claim]) -> date | None:
        with worker[0] as connection:
            start.wait()
            return reserve(connection, worker[1])

    with ThreadPoolExecutor(len(workers)) as worker_pool:
        answers = list(worker_pool.map(apply, workers))

    assert answers.count(None) == 1
    assert answers.count(TOMORROW) == len(workers) - 1


def test_who_comes_second_waits_until_the_first_has_committed(
    rivals: Callable[[int], list[tuple[Pool, Claim]]], pool: Pool
) -> None:
    (first, mine), (second, theirs) = rivals(2)
    with ThreadPoolExecutor(1) as worker_pool, second:
        with first:
            assert reserve(first, mine) is None
            answer = worker_pool.submit(reserve, second, theirs)
            while not pool.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone():
                assert not answer.done()
                time.sleep(0.005)
        assert answer.result(timeout=10) == TOMORROW


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["june", "may", "next day", "foreign day", "foreign month"]),
        st.sampled_from(["consumed", "released", "unknown"]),
    ),
    max_size=40,
)


class Counted:
    """What the bureau would count, kept by hand: the model of the ledger."""

    def __init__(self) -> None:
        self.days: list[tuple[date, date]] = []

    def used(self, month: date, day: date) -> tuple[int, int]:
        """How often a month was applied for on a day, and in that day's month."""
        mine = [when for which, when in self.days if which == month]
        return mine.count(day), sum((when.year, when.month) == (day.year, day.month) for when in mine)

    def room(self, month: date, day: date) -> bool:
        """One a day; five a month for the running month, three for one that is over."""
        today, this_month = self.used(month, day)
        running = (month.year, month.month) == (day.year, day.month)
        return today < 1 and this_month < (5 if running else 3)

    def foreign(self, month: date, day: date, monthly: bool) -> None:
        """Somebody else used up what was left."""
        while self.used(month, day)[monthly] < (1 if not monthly else 5 if month.month == day.month else 3):
            self.days.append((month, day))


@pytest.mark.req("A-02", "A-03", "R262", "R264", "R266")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_applications_exceeds_a_limit_or_leaves_room_unused(
    pool: Pool, steps: list[tuple[str, str]]
) -> None:
    with pool.transaction(force_rollback=True):
        june = take_one(pool)
        windows = {"june": june, "may": another_window(june, *MAY)}
        model, day = Counted(), iter(DAYS)
        today = next(day)
        for what, fate in steps:
            month = MAY[0] if what == "may" else date(2027, 6, 1)
            if what == "next day":
                today = next(day, today)
            elif what.startswith("foreign"):
                monthly = what.endswith("month")
                QuotaLedger(pool).note_foreign(june, "full", today, allowed(june, today), monthly=monthly)
                model.foreign(month, today, monthly)
            else:
                room = spend(pool, windows[what], today, fate)
                assert (room is None) == model.room(month, today)
                if room is None and fate != "released":
                    model.days.append((month, today))
        slots = pool.execute("SELECT issue_month, day FROM sync.quota_slot WHERE state <> 'released'").fetchall()
        assert sorted(slots) == sorted(model.days)
