"""What lacks documents is asked for again by itself: when, until when, and what stands against it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from fapiao.downloads.announced import MissingDocuments, Owed
from fapiao.rules.book import rulebook
from hooks.pool.merge import MergeCounts
from hooks.queues.tasks import TaskTable
from task_rows import NOON, put, take, told
from turned_clock import turn

pytestmark = [pytest.mark.finding("F22", "F94"), pytest.mark.req("A-08")]
Pool = psycopg.Connection[Any]
OWED = Owed(missing=[MissingDocuments("output", "81", "2027-06", 3, 2, "packages")])
NOTHING = MergeCounts(0, 0, 0, 0, 0, 0, None, None)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def settled(pool: Pool, age: timedelta, *, owed: Owed = OWED) -> timedelta | None:
    """How long after its settlement a row of that age is asked for again."""
    turn(pool, NOON + age)
    task_id = put(pool, "downloaded", applied_at=NOON)
    (claim,) = [claim for claim in take(pool) if claim.task_id == task_id]
    again = rulebook().patience("leqi").incomplete_wait(TaskTable(pool).waited(claim)[1])
    TaskTable(pool).settle(claim, NOTHING, owed, again)
    (not_before,) = told(pool, task_id, "not_before")
    return not_before - (NOON + age) if not_before else None


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (MINUTE, 10 * MINUTE), (10 * MINUTE, 10 * MINUTE), (HOUR, HOUR), (2 * DAY, 2 * DAY), (5 * DAY, 2 * DAY),
        (7 * DAY, None), (9 * DAY, None),
    ],
)  # fmt: skip
def test_the_wait_is_the_tickets_age_and_ends_with_its_time(pool: Pool, age: timedelta, wait: timedelta | None) -> None:
    assert settled(pool, age) == wait


def test_a_series_that_stays_incomplete_is_asked_for_eleven_times_in_the_seven_days() -> None:
    rule, age, asked = rulebook().patience("leqi"), 0.0, 0
    while (wait := rule.incomplete_wait(age)) is not None:
        age, asked = age + wait, asked + 1
    assert (asked, age) == (11, timedelta(days=7).total_seconds())


def test_what_is_whole_is_not_asked_for_again(pool: Pool) -> None:
    assert settled(pool, HOUR, owed=replace(OWED, missing=[])) is None


def again(pool: Pool, task_id: int, instant: datetime = NOON + HOUR) -> tuple[Any, ...]:
    """What a row is after the sweep asked for incomplete rows at this instant."""
    turn(pool, instant)
    TaskTable(pool).ask_incomplete_again(3)
    return told(pool, task_id, "status", "generation", "attempts", "not_before")


def incomplete(pool: Pool, **values: Any) -> int:
    """A row that is asked for again at noon."""
    return put(pool, "incomplete", not_before=NOON, error_code="INCOMPLETE", error_message="x", **values)


def test_a_row_has_one_attempt_each_time_under_the_next_generation(pool: Pool) -> None:
    row = incomplete(pool)
    assert again(pool, row, NOON - MINUTE)[:2] == ("incomplete", 1)
    assert again(pool, row) == ("downloading", 2, 2, NOON)


def test_what_was_asked_for_anew_rests(pool: Pool) -> None:
    row = incomplete(pool)
    put(pool, "no_data")
    assert again(pool, row) == ("incomplete", 1, 0, None)


def test_a_download_that_failed_since_is_no_reason_to_rest(pool: Pool) -> None:
    row = incomplete(pool)
    put(pool, "download_failed")
    assert again(pool, row)[0] == "downloading"


def test_of_two_equal_rows_the_later_is_asked_for(pool: Pool) -> None:
    first, second = incomplete(pool), incomplete(pool)
    assert again(pool, second)[0] == "downloading"
    assert again(pool, first)[0] == "incomplete"


def test_a_row_beside_an_open_one_rests_whichever_is_older(pool: Pool) -> None:
    put(pool, "pending")
    assert again(pool, incomplete(pool))[0] == "incomplete"


def test_a_voided_row_is_left_alone(pool: Pool) -> None:
    row = incomplete(pool, void_state="voided", voided_by="li", voided_at=NOON, void_reason="x")
    assert again(pool, row)[0] == "incomplete"
