"""On the 2nd and the 6th, what the current-month job of 电子税局 left open of the month before is voided, by direction."""

from datetime import date
from typing import Any

import psycopg
import pytest

from group_rows import A, B, scheme, taxpayer
from plannings import plan

Pool = psycopg.Connection[Any]
FEBRUARY, SECOND, SIXTH = date(2027, 2, 28), date(2027, 3, 2), date(2027, 3, 6)
ACCEPTED = (
    "UPDATE sync.task SET status = 'downloading', applied_at = now(), observed_at = now(), request_no = task_id::text"
    " WHERE direction = 'output'"
)
MERGED = "UPDATE sync.task SET status = 'no_data', finished_at = now() WHERE direction = 'output'"


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    taxpayer(untouched, A, channel="etax")
    taxpayer(untouched, B, channel="leqi")
    scheme(untouched, "81", "customs")
    plan(untouched, "current_month", date(2027, 2, 25), channel="etax")
    untouched.execute(ACCEPTED)
    return untouched


def voided(pool: Pool) -> list[tuple[Any, ...]]:
    """What was voided, in order."""
    return pool.execute(
        "SELECT direction, document, status, void_state FROM sync.task WHERE void_state IS NOT NULL"
        " ORDER BY direction, document"
    ).fetchall()


@pytest.mark.req("R084", "R085", "A-24", "G7", "A-09")
def test_a_task_of_february_for_february_is_voided_by_the_run_of_march(pool: Pool) -> None:
    assert plan(pool, "history_output", SECOND, channel="etax").voided == 1
    assert voided(pool) == [("output", "invoice", "downloading", "voided")]


@pytest.mark.req("R084", "A-24")
def test_the_second_voids_sales_and_the_sixth_input_with_its_customs_documents(pool: Pool) -> None:
    plan(pool, "history_output", SECOND, channel="etax")
    assert plan(pool, "history_input", SIXTH, channel="etax").voided == 2
    assert [row[:2] for row in voided(pool)] == [("input", "customs"), ("input", "invoice"), ("output", "invoice")]


def test_planning_again_voids_nothing_again(pool: Pool) -> None:
    plan(pool, "history_output", SECOND, channel="etax")
    assert plan(pool, "history_output", SECOND, channel="etax").voided == 0


def test_what_has_ended_and_what_belongs_to_the_running_month_stays(pool: Pool) -> None:
    pool.execute(MERGED)
    plan(pool, "current_month", date(2027, 3, 4), channel="etax")
    assert plan(pool, "history_output", SECOND, channel="etax").voided == 0


@pytest.mark.req("A-24")
def test_leqi_voids_nothing(pool: Pool) -> None:
    plan(pool, "current_month", date(2027, 2, 26))
    assert plan(pool, "history_output", SECOND).voided == 0
    assert plan(pool, "history_input", SIXTH).voided == 0


def test_a_run_for_other_taxpayers_leaves_the_leftovers_alone(pool: Pool) -> None:
    assert plan(pool, "history_output", SECOND, [B], channel="etax").voided == 0


@pytest.mark.req("A-09")
def test_the_log_says_who_voided_a_leftover_and_why(pool: Pool) -> None:
    pool.execute("SELECT set_config('fapiao.actor', 'etax__history_output/scheduled', false)")
    plan(pool, "history_output", SECOND, channel="etax")
    said = pool.execute("SELECT voided_by, void_reason FROM fapiao.sync_log WHERE void_state = 'voided'").fetchone()
    event = pool.execute("SELECT actor, reason FROM fapiao.task_event WHERE to_status = 'voided'").fetchone()
    reason = "上个月遗留的未处理及处理中的当月进销项全量任务，由上个月的全量下载代替，作废"
    assert said == event == ("etax__history_output/scheduled", reason)
