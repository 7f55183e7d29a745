"""One download of a month, or of the current tax period, is open at a time; what is held back leaves its reason."""

from datetime import date
from typing import Any

import psycopg
import pytest

from group_rows import A, scheme, taxpayer
from operators.downloads.plan import PlanCounts
from plannings import left_out, plan, planned

Pool = psycopg.Connection[Any]
FOURTH, SEVENTH, EIGHTH = date(2027, 6, 4), date(2027, 6, 7), date(2027, 6, 8)
ENDED = "UPDATE sync.task SET status = 'apply_failed', finished_at = now(), error_code = '1', error_message = '1'"


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    taxpayer(untouched, A, channel="etax")
    scheme(untouched, "81")
    return untouched


@pytest.mark.req("A-04", "R081", "R080")
def test_no_new_task_of_the_month_while_an_equal_one_is_open(pool: Pool) -> None:
    assert plan(pool, "current_month", FOURTH, channel="etax") == PlanCounts(2, 0)
    assert plan(pool, "current_month", SEVENTH, channel="etax") == PlanCounts(0, 2)
    assert sorted(left_out(pool)) == [(A, "input", "81", "under_way"), (A, "output", "81", "under_way")]


@pytest.mark.req("A-04")
def test_the_next_third_day_asks_again_once_the_task_has_ended(pool: Pool) -> None:
    plan(pool, "current_month", FOURTH, channel="etax")
    pool.execute(ENDED)
    assert plan(pool, "current_month", SEVENTH, channel="etax") == PlanCounts(2, 0)
    assert set(planned(pool, "window_start", "window_end")) == {
        (date(2027, 6, 1), date(2027, 6, 3)),
        (date(2027, 6, 1), date(2027, 6, 6)),
    }


@pytest.mark.req("A-04")
def test_an_open_task_of_another_month_holds_nothing_back(pool: Pool) -> None:
    plan(pool, "current_month", date(2027, 5, 31), channel="etax")
    assert plan(pool, "current_month", FOURTH, channel="etax") == PlanCounts(2, 0)


@pytest.mark.req("R097", "R139")
def test_the_daily_status_update_has_no_days_of_its_own_and_is_planned_every_day(pool: Pool) -> None:
    assert plan(pool, "status_update", SEVENTH, channel="etax") == PlanCounts(1, 0)
    assert plan(pool, "status_update", SEVENTH, channel="etax") == PlanCounts(0, 0)
    pool.execute(ENDED)
    assert plan(pool, "status_update", EIGHTH, channel="etax") == PlanCounts(1, 0)
    assert planned(pool, "window_start", "window_end", "tick") == [
        (None, None, "2027-06-07"),
        (None, None, "2027-06-08"),
    ]


def test_a_status_update_that_is_still_open_holds_the_next_day_back(pool: Pool) -> None:
    plan(pool, "status_update", SEVENTH, channel="etax")
    assert plan(pool, "status_update", EIGHTH, channel="etax") == PlanCounts(0, 1)
    assert left_out(pool) == [(A, "input", "81", "under_way")]


@pytest.mark.req("R086", "R087")
def test_the_tenth_of_etax_downloads_the_month_again_though_it_is_there(pool: Pool) -> None:
    """No quota stands against it, and S1 wants it 避免下载不全; 乐企 leaves out what is complete (A-29)."""
    pool.execute("INSERT INTO enterprise.parameter VALUES ('rim_download', 'open_replenish_last_month', '1')")
    plan(pool, "history_output", date(2027, 6, 2), channel="etax")
    pool.execute(
        "UPDATE sync.task SET status = 'no_data', applied_at = now(), observed_at = now(), request_no = 'x', finished_at = now()"
    )
    assert plan(pool, "compensation", date(2027, 6, 10), channel="etax") == PlanCounts(2, 0)
