"""The increment after days without one: the newest window first, what the bureau still answers is made up for (A-43)."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from group_rows import A, scheme, taxpayer
from operators.downloads.plan import PlanCounts
from plannings import left_out, plan, planned
from task_rows import take

Pool = psycopg.Connection[Any]
NINTH = date(2027, 6, 9)
ENDED = """
UPDATE sync.task SET status = %s, finished_at = now(), request_no = task_id::text, applied_at = now(),
    observed_at = now(), error_code = 'x', error_message = 'x' WHERE finished_at IS NULL
"""


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    """A company whose increment was asked for on 9 June, of 5 to 8 June, and is there."""
    taxpayer(untouched, A)
    scheme(untouched, "81")
    plan(untouched, "incremental", NINTH)
    untouched.execute(ENDED, ["succeeded"])
    return untouched


def windows(pool: Pool, tick: date) -> list[tuple[str, str]]:
    """The days of a day's rows, in the order they are worked."""
    found = pool.execute(
        "SELECT window_start::text, window_end::text FROM sync.task WHERE tick = %s ORDER BY priority, task_id",
        [tick.isoformat()],
    )
    return found.fetchall()


@pytest.mark.finding("F11")
@pytest.mark.req("A-43")
@pytest.mark.parametrize(
    ("gap", "missed"),
    [
        (1, []),
        (4, []),
        (5, [("2027-06-09", "2027-06-09")]),
        (6, [("2027-06-09", "2027-06-10")]),
        (7, [("2027-06-09", "2027-06-11")]),
        (9, [("2027-06-11", "2027-06-13")]),
    ],
)
def test_days_that_no_download_has_are_asked_for_behind_the_days_window(
    pool: Pool, gap: int, missed: list[tuple[str, str]]
) -> None:
    day = NINTH + timedelta(days=gap)
    plan(pool, "incremental", day)
    today = (str(day - timedelta(days=4)), str(day - timedelta(days=1)))
    assert windows(pool, day) == [today, *missed]
    assert plan(pool, "incremental", day) == PlanCounts(0, 0)


@pytest.mark.finding("F11")
@pytest.mark.req("A-43")
@pytest.mark.parametrize("status", ["download_failed", "succeeded"])
def test_failed_days_are_asked_for_as_long_as_the_bureau_answers(pool: Pool, status: str) -> None:
    for number in range(1, 6):
        plan(pool, "incremental", NINTH + timedelta(days=number))
        pool.execute(ENDED, [status])
    day = NINTH + timedelta(days=6)
    plan(pool, "incremental", day)
    missed = [("2027-06-09", "2027-06-10")] if status == "download_failed" else []
    assert windows(pool, day)[1:] == missed


@pytest.mark.finding("F11")
@pytest.mark.req("A-43")
def test_days_that_nobody_asked_for_in_time_are_left_out_with_the_reason_once(pool: Pool) -> None:
    day = NINTH + timedelta(days=9)
    plan(pool, "incremental", day)
    assert left_out(pool) == [(A, "input", "81", "out_of_reach")]
    days = "SELECT window_start::text, window_end::text FROM sync.skip"
    assert pool.execute(days).fetchall() == [("2027-06-09", "2027-06-10")]
    plan(pool, "incremental", day + timedelta(days=1))
    assert len(left_out(pool)) == 1


@pytest.mark.req("A-43")
def test_a_company_that_was_never_asked_for_has_nothing_to_make_up_for(pool: Pool) -> None:
    newcomer = taxpayer(pool, "91310000MA1EXAMPBB")
    pool.execute("INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, %s FROM enterprise.scheme", [newcomer])
    plan(pool, "incremental", NINTH + timedelta(days=7), [newcomer])
    assert planned(pool, "taxpayer_no", "window_start")[1:] == [(newcomer, date(2027, 6, 12))]


@pytest.mark.finding("F11")
@pytest.mark.req("A-43")
def test_todays_window_is_worked_before_those_that_wait_and_they_newest_first(pool: Pool) -> None:
    days = [NINTH + timedelta(days=number) for number in range(1, 5)]
    for day in days:
        plan(pool, "incremental", day)
    taken = take(pool, limit=4, day=days[-1])
    ends = [
        end
        for (end,) in pool.execute(
            "SELECT window_end FROM sync.task WHERE task_id = ANY (%s) ORDER BY priority",
            [[claim.task_id for claim in taken]],
        )
    ]
    assert ends == [day - timedelta(days=1) for day in reversed(days)]
