"""Ticks from before the installation, or from before a company was on its channel, are left out with that reason."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import psycopg
import pytest

from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.records import Enterprise
from fapiao.tasks import SHANGHAI, RunDay
from fapiao.texts.catalogue import sentence_in
from group_rows import A, B, by_hand, parameter, scheduled, scheme, taxpayer
from hooks.enterprise.basics import change
from operators.downloads.missed import plan_missed
from operators.downloads.plan import PlanCounts, plan_day
from operators.history.auto_update import update_last_month

Pool = psycopg.Connection[Any]
TICK = date(2027, 6, 2)
"""history_output of 乐企 is due at 03:00."""
ONE_ROW, NOTHING = PlanCounts(1, 0), PlanCounts(0, 0)


@pytest.fixture(autouse=True)
def _company(pool: Pool) -> None:
    taxpayer(pool)
    scheme(pool, "81", downloads=["input_full", "output_full"])
    pool.commit()


def at(hour: int, minute: int = 0, day: date = TICK) -> datetime:
    """An instant in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def installed(owner: Pool, moment: datetime) -> None:
    """The pool was made then."""
    owner.execute("UPDATE public.fapiao_migration SET applied_at = %s", [moment])
    owner.commit()


def loaded(pool: Pool, moment: datetime, taxpayer_no: str = A) -> None:
    """The company came then."""
    pool.execute("UPDATE enterprise.taxpayer SET collected_since = %s WHERE taxpayer_no = %s", [moment, taxpayer_no])
    pool.commit()


def left_out(pool: Pool) -> list[tuple[Any, ...]]:
    """What `log --skipped` shows."""
    return pool.execute("SELECT taxpayer_no, invoice_type, reason_code, reason FROM fapiao.plan_skip").fetchall()


@pytest.mark.finding("F53")
@pytest.mark.req("A-53")
def test_a_tick_of_before_the_installation_is_left_out_and_the_log_says_so(pool: Pool, owner: Pool) -> None:
    installed(owner, at(9))
    assert plan_day(pool, scheduled("history_output", TICK), "leqi", "history_output") == NOTHING
    reason = sentence_in("zh", "left_out.before_installation")
    assert left_out(pool) == [(None, None, "before_installation", reason)]
    assert pool.execute("SELECT day FROM sync.business_day").fetchall() == [], "today is not a day of before"


@pytest.mark.finding("F53")
@pytest.mark.req("A-53")
@pytest.mark.parametrize(("moment", "planned"), [(at(2, 59), ONE_ROW), (at(3), ONE_ROW), (at(3, 1), NOTHING)])
def test_the_instant_counts_and_not_the_day(pool: Pool, owner: Pool, moment: datetime, planned: PlanCounts) -> None:
    installed(owner, moment)
    assert plan_day(pool, scheduled("history_output", TICK), "leqi", "history_output") == planned


@pytest.mark.finding("F53")
@pytest.mark.parametrize(("hour", "planned"), [("06:30", 0), ("18:30", 1)])
def test_of_a_job_that_fires_several_times_a_day_each_tick_counts_for_itself(
    pool: Pool, owner: Pool, hour: str, planned: int
) -> None:
    scheme(pool, "81", downloads=["input_status"], name="状态")
    installed(owner, at(12))
    run = RunDay("leqi__risk_status", hour, TICK, f"{TICK}T{hour}", explicit=False)
    assert plan_day(pool, run, "leqi", "risk_status").planned == planned


@pytest.mark.finding("F53")
@pytest.mark.req("A-53")
@pytest.mark.parametrize("asked", ["by day", "by name"])
def test_whoever_asks_for_a_day_of_before_gets_it(pool: Pool, owner: Pool, asked: str) -> None:
    installed(owner, at(9))
    loaded(pool, at(10))
    run = by_hand("history_output", TICK) if asked == "by day" else scheduled("history_output", TICK)
    actor = "calendar" if asked == "by day" else "li"
    assert plan_day(pool, run, "leqi", "history_output", actor=actor) == ONE_ROW


@pytest.mark.finding("F53")
@pytest.mark.req("A-53")
def test_a_company_that_came_after_the_tick_is_left_out_and_the_others_are_not(pool: Pool) -> None:
    taxpayer(pool, B)
    pool.execute("INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, %s FROM enterprise.scheme", [B])
    loaded(pool, at(9), B)
    assert plan_day(pool, scheduled("history_output", TICK), "leqi", "history_output") == PlanCounts(1, 1)
    assert pool.execute("SELECT taxpayer_no FROM sync.task").fetchall() == [(A,)]
    reason = sentence_in("zh", "left_out.before_company")
    assert left_out(pool) == [(B, None, "before_company", reason)]


@pytest.mark.finding("F53")
@pytest.mark.req("A-53")
def test_a_tick_that_was_missed_is_made_up_for_only_for_those_who_were_there(pool: Pool, owner: Pool) -> None:
    installed(owner, at(1, day=date(2027, 5, 1)))
    taxpayer(pool, B)
    pool.execute("INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, %s FROM enterprise.scheme", [B])
    loaded(pool, at(9), B)
    plan_missed(pool, at(10))
    found = pool.execute("SELECT DISTINCT taxpayer_no FROM sync.task WHERE tick = '2027-06-02'").fetchall()
    assert found == [(A,)]
    assert (B, None, "before_company") in [row[:3] for row in left_out(pool)]


def moved(before: Enterprise, **changes: Any) -> Loaded:
    """The company with something else about it."""
    return Loaded(replace(before, taxpayers={A: replace(before.taxpayers[A], **changes)}), [], [])


@pytest.mark.finding("F53")
@pytest.mark.req("A-53")
@pytest.mark.parametrize("way", ["channel", "parameter"])
def test_a_company_that_moved_to_its_channel_is_new_there_and_a_new_name_moves_nobody(pool: Pool, way: str) -> None:
    def since() -> Any:
        found = pool.execute("SELECT collected_over, collected_since FROM enterprise.taxpayer").fetchone()
        pool.commit()
        return found

    change(pool, lambda before: moved(before, channel="etax"), "li")
    came = since()
    assert came[0] == "etax"
    change(pool, lambda before: moved(before, name="新名"), "li")
    assert since() == came
    if way == "channel":
        change(pool, lambda before: moved(before, channel="leqi"), "li")
    else:
        parameter(pool, "rim_leqi_collect", A, "1")
        pool.commit()
        change(pool, lambda before: moved(before, name="又一名"), "li")
    now = since()
    assert now[0] == "leqi"
    assert now[1] > came[1]


@pytest.mark.finding("F53")
@pytest.mark.req("A-53", "R279")
@pytest.mark.parametrize(("since", "months"), [(at(4, day=date(2027, 6, 5)), 1), (at(6, day=date(2027, 6, 5)), 0)])
def test_the_monthly_update_leaves_out_who_came_after_its_tick(pool: Pool, since: datetime, months: int) -> None:
    pool.execute(
        "INSERT INTO sync.history_auto_update (org_code, data_type, enabled, entrance, created_by, changed_by)"
        " VALUES ('*', 'details', true, 'history_page', 'li', 'li')"
    )
    loaded(pool, since)
    fifth = date(2027, 6, 5)
    run = RunDay("history_auto_update", "own", fifth, str(fifth), explicit=False)
    update_last_month(pool, run, "calendar")
    assert pool.execute("SELECT count(DISTINCT window_start) FROM sync.task").fetchone() == (months,)
    assert [row[2] for row in left_out(pool)] == ["before_company"] * (1 - months)
