"""Planning is one statement over schemes, taxpayers and types: all that is due, and nothing twice."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import psycopg
import pytest

from fapiao.rules.book import rulebook
from fapiao.tasks import RunDay
from group_rows import A, B, C, by_hand, parameter, scheduled, scheme, taxpayer
from operators.downloads.plan import PlanCounts, plan_day
from plannings import DAY, SECOND, left_out, plan, planned

Pool = psycopg.Connection[Any]
FAIL_ALL = "UPDATE sync.task SET status = 'apply_failed', finished_at = now(), error_code = '1', error_message = '1'"
MAY = (date(2027, 5, 1), date(2027, 5, 31))


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


@pytest.mark.req("R066", "R070", "R071", "R099")
def test_a_scheme_plans_a_row_for_each_taxpayer_direction_and_type(pool: Pool) -> None:
    taxpayer(pool, A)
    taxpayer(pool, B)
    scheme(pool, "81", "customs")

    assert plan(pool, "current_month", DAY) == PlanCounts(6, 0)

    found = planned(pool, "taxpayer_no", "direction", "download_type", "document", "invoice_type")
    assert sorted(found) == [
        (A, "input", "input_full", "customs", "customs"),
        (A, "input", "input_full", "invoice", "81"),
        (A, "output", "output_full", "invoice", "81"),
        (B, "input", "input_full", "customs", "customs"),
        (B, "input", "input_full", "invoice", "81"),
        (B, "output", "output_full", "invoice", "81"),
    ]
    assert set(planned(pool, "status", "window_start", "window_end", "sync_type")) == {
        ("pending", date(2027, 6, 1), date(2027, 6, 9), "current_month")
    }


@pytest.mark.req("A-39")
def test_the_rows_of_a_planning_carry_its_number_as_their_parent(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", "82")
    plan(pool, "current_month", DAY)
    assert planned(pool, "parent_batch_no") == pool.execute("SELECT batch_no FROM sync.batch").fetchall() * 4
    assert pool.execute("SELECT day, planned, skipped, created_by FROM sync.batch").fetchall() == [
        (DAY, 4, 0, "calendar")
    ]


@pytest.mark.finding("F09")
@pytest.mark.req("A-55")
def test_two_schemes_that_cover_a_taxpayer_plan_it_once(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", "82", name="一")
    scheme(pool, "82", "01", name="二")
    assert plan(pool, "history_output", SECOND) == PlanCounts(3, 0)
    assert sorted(planned(pool, "invoice_type")) == [("01",), ("81",), ("82",)]


@pytest.mark.req("R060")
def test_of_two_schemes_the_one_that_starts_earlier_decides_alone_where_the_other_adds_no_day(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", name="late", start=date(2027, 6, 1))
    scheme(pool, "81", name="early", start=date(2027, 1, 1))
    assert plan(pool, "history_output", SECOND) == PlanCounts(1, 0)


@pytest.mark.req("R067", "R068")
@pytest.mark.parametrize("change", ["enabled = false", "enabled = false, deleted_at = now()"])
def test_a_scheme_that_is_not_in_use_plans_nothing(pool: Pool, change: str) -> None:
    taxpayer(pool)
    scheme(pool, "81")
    pool.execute(f"UPDATE enterprise.scheme SET {change}")  # type: ignore[arg-type]
    assert plan(pool, "history_output", SECOND) == PlanCounts(0, 0)


@pytest.mark.req("R067")
def test_deleting_a_scheme_leaves_its_rows_in_the_log(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81")
    plan(pool, "history_output", SECOND)
    pool.execute("UPDATE enterprise.scheme SET enabled = false, deleted_at = now()")
    assert pool.execute("SELECT count(*) FROM fapiao.sync_log").fetchone() == (1,)


@pytest.mark.req("R068")
def test_enabling_a_scheme_again_plans_it_again(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81")
    pool.execute("UPDATE enterprise.scheme SET enabled = false")
    plan(pool, "history_output", SECOND)
    pool.execute("UPDATE enterprise.scheme SET enabled = true")
    assert plan(pool, "history_output", SECOND) == PlanCounts(1, 0)


def test_a_scheme_plans_only_the_download_types_it_names(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["output_full"])
    plan(pool, "current_month", DAY)
    plan(pool, "incremental", DAY)
    assert planned(pool, "direction") == [("output",)]


@pytest.mark.parametrize("channel", ["etax", "soft_certificate", "tax_disk", "aisino"])
def test_taxpayers_of_another_channel_are_not_planned(pool: Pool, channel: str) -> None:
    taxpayer(pool, channel=channel)
    scheme(pool, "81")
    assert plan(pool, "history_output", SECOND) == PlanCounts(0, 0)


@pytest.mark.req("R147")
@pytest.mark.parametrize(("value", "rows"), [("1", 1), ("0", 0)])
def test_the_parameter_puts_an_etax_taxpayer_on_leqi_for_downloads(pool: Pool, value: str, rows: int) -> None:
    taxpayer(pool, A, channel="etax")
    taxpayer(pool, B, channel="etax")
    scheme(pool, "81")
    parameter(pool, "rim_leqi_collect", A, value)
    assert plan(pool, "history_output", SECOND) == PlanCounts(rows, 0)
    assert planned(pool, "taxpayer_no", "channel") == [(A, "leqi")] * rows


def test_a_person_may_restrict_a_run_to_some_taxpayers(pool: Pool) -> None:
    for number in (A, B, C):
        taxpayer(pool, number)
    scheme(pool, "81")
    assert plan(pool, "history_output", SECOND, [A, C, "nobody"]) == PlanCounts(2, 0)
    assert planned(pool, "taxpayer_no") == [(A,), (C,)]


def test_8208_and_82_are_asked_for_once_as_82(pool: Pool) -> None:
    taxpayer(pool, A)
    taxpayer(pool, B)
    scheme(pool, "82", "8208", over=[A], name="both")
    scheme(pool, "8208", over=[B], name="toll")
    assert plan(pool, "history_output", SECOND) == PlanCounts(2, 0)
    assert planned(pool, "taxpayer_no", "invoice_type") == [(A, "82"), (B, "82")]


@pytest.mark.req("A-06", "R099")
@pytest.mark.parametrize(
    ("frequency", "days"),
    [
        ([5, 10, 15, 20, 26], [5, 10, 15, 20, 26]),
        ([5, 10, 15, 21, 27], [5, 10, 15, 21, 27]),
        ([5, 10, 15, 21, -1], [5, 10, 15, 21, 29]),
        ([7], [7]),
    ],
)
def test_the_running_month_is_planned_on_the_days_of_the_scheme(
    pool: Pool, frequency: list[int], days: list[int]
) -> None:
    taxpayer(pool)
    scheme(pool, "81", frequency=frequency, downloads=["output_full"])
    found = [n for n in range(1, 31) if plan(pool, "current_month", date(2027, 6, n)).planned]
    assert found == days
    assert left_out(pool) == []


@pytest.mark.req("A-06")
def test_schemes_with_other_days_are_due_by_themselves(pool: Pool) -> None:
    taxpayer(pool, A)
    taxpayer(pool, B)
    scheme(pool, "81", over=[A], name="ten", downloads=["output_full"])
    scheme(pool, "81", over=[B], name="eleven", downloads=["output_full"], frequency=[11])
    plan(pool, "current_month", DAY)
    assert planned(pool, "taxpayer_no") == [(A,)]


@pytest.mark.parametrize("run", [scheduled, by_hand])
def test_planning_again_adds_nothing(pool: Pool, run: Any) -> None:
    taxpayer(pool)
    scheme(pool, "81", "82", start=date(2027, 5, 15))
    first, again = (plan_day(pool, run("current_month", DAY), "leqi", "current_month") for _ in range(2))
    assert (first, again) == (PlanCounts(4, 0), PlanCounts(0, 0))
    assert pool.execute("SELECT planned FROM sync.batch").fetchall() == [(4,)]


def test_planning_the_same_tick_in_another_run_adds_nothing(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", start=date(2027, 6, 1))
    assert plan(pool, "history_output", SECOND) == PlanCounts(0, 1)
    assert plan_day(pool, by_hand("history_output", SECOND), "leqi", "history_output") == PlanCounts(0, 0)
    assert plan(pool, "current_month", DAY) == PlanCounts(2, 0)
    assert plan_day(pool, by_hand("current_month", DAY), "leqi", "current_month") == PlanCounts(0, 0)


def test_a_person_may_run_a_monthly_job_on_any_day(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81")
    assert plan(pool, "history_output", DAY) == PlanCounts(0, 0)
    assert plan_day(pool, by_hand("history_output", DAY), "leqi", "history_output", actor="li") == PlanCounts(1, 0)
    assert planned(pool, "window_start", "window_end", "created_by", "automatic") == [(*MAY, "li", False)]


@pytest.mark.req("R109")
def test_a_job_of_two_crons_plans_one_row_at_each_of_them(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81")
    for hour in ("06:30", "18:30"):
        run = RunDay("leqi__risk_status", hour, DAY, f"{DAY}T{hour}", explicit=False)
        pool.execute(FAIL_ALL)
        assert plan_day(pool, run, "leqi", "risk_status") == PlanCounts(1, 0)
    assert planned(pool, "tick") == [("2027-06-10T06:30",), ("2027-06-10T18:30",)]


def test_the_day_of_the_newest_planning_is_the_boards_today(pool: Pool) -> None:
    for day in (DAY, SECOND):
        plan(pool, "history_output", day)
    assert pool.execute("SELECT day FROM sync.business_day").fetchall() == [(SECOND,)]


def codes() -> Iterable[str]:
    """Twenty invoice types."""
    return [kind.code for kind in rulebook().invoice_types.values()][:20]


@pytest.mark.req("R064")
def test_two_thousand_taxpayers_by_twenty_types_are_planned_in_one_call(pool: Pool) -> None:
    pool.execute("""
        INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel)
        SELECT '9131' || lpad(n::text, 14, '0'), '公司', 'leqi' FROM generate_series(1, 2000) AS n""")
    scheme(pool, *codes())
    twenty = [rulebook().invoice_types[code] for code in codes()]
    sold = {kind.asked_of_leqi for kind in twenty if "output" in kind.directions}

    assert plan(pool, "history_output", SECOND) == PlanCounts(2000 * len(sold), 0)

    counted = "SELECT count(*), count(DISTINCT batch_no), count(DISTINCT taxpayer_no) FROM sync.task"
    assert pool.execute(counted).fetchone() == (2000 * len(sold), 2000 * len(sold), 2000)
    assert pool.execute("SELECT count(*) FROM sync.task_event").fetchone() == (2000 * len(sold),)
