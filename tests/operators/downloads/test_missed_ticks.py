"""A tick that nobody planned is planned by the sweep: once, for its own day, with the reason."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fapiao.tasks import SHANGHAI, RunDay
from group_rows import scheme, taxpayer
from operators.downloads import missed
from operators.downloads.missed import plan_missed
from operators.downloads.plan import PlanCounts, plan_day
from operators.history.auto_update import AT, DAG_ID, DAY_OF_MONTH, make_up, update_last_month
from sessions_at_work import until_blocked

DAGS = Path(__file__).resolve().parents[2] / "dags" / "dags.csv"
Pool = psycopg.Connection[Any]
SECOND = date(2027, 6, 2)
MORNING = datetime(2027, 6, 2, 10, tzinfo=SHANGHAI)
"""All of the day's ticks before it have had their twenty minutes; the pool is of an hour before 乐企's tick of 03:00."""
OUTPUT = ("leqi__history_output", "2027-06-02")
ONE_ROW = PlanCounts(1, 0)


@pytest.fixture(autouse=True)
def _company(pool: Pool, owner: Pool) -> None:
    since(owner, datetime(2027, 6, 2, 2, 30, tzinfo=SHANGHAI))
    taxpayer(pool)
    scheme(pool, "81", downloads=["input_full", "output_full"])
    pool.commit()


def since(owner: Pool, at: datetime) -> None:
    """The pool notes its ticks since then."""
    owner.execute("UPDATE public.fapiao_migration SET applied_at = %s WHERE number = 30", [at])
    owner.commit()


def ran(pool: Pool, job: str = "history_output", day: date = SECOND) -> PlanCounts:
    """The planning of the DAG's own run."""
    return plan_day(pool, own(job, day), "leqi", job)


def own(job: str, day: date) -> RunDay:
    """The DAG's own run of a day."""
    return RunDay(f"leqi__{job}", f"scheduled {day}", day, day.isoformat(), explicit=False)


def rows(pool: Pool, columns: str) -> list[tuple[Any, ...]]:
    """Of every task, in order."""
    return pool.execute(f"SELECT {columns} FROM sync.task ORDER BY task_id").fetchall()  # type: ignore[arg-type]


def noted(pool: Pool) -> dict[tuple[str, str], tuple[bool, str]]:
    """Every noted tick: planned or not, and why late."""
    found = pool.execute("SELECT dag_id, tick, batch_no IS NOT NULL, late FROM sync.planned_tick").fetchall()
    return {(dag_id, tick): (planned, late) for dag_id, tick, planned, late in found}


@pytest.mark.finding("F95")
@pytest.mark.req("A-53")
def test_a_tick_whose_planning_failed_is_planned_for_its_own_day_and_says_why(pool: Pool) -> None:
    later = datetime(2027, 6, 5, 9, tzinfo=SHANGHAI)
    assert plan_missed(pool, later) >= 1
    assert rows(pool, "job, tick, window_start::text, window_end::text, status, created_by")[0] == (
        "history_output", "2027-06-02", "2027-05-01", "2027-05-31", "pending", "calendar",
    )  # fmt: skip
    planned, late = noted(pool)[OUTPUT]
    assert planned
    assert late == "planned late, the tick of 2027-06-02 03:00 had not been planned 20 minutes after its time"
    reasons = pool.execute("SELECT reason FROM sync.task_event WHERE seq = 1 ORDER BY task_id").fetchall()
    assert reasons[0] == (f"leqi-history-output; {late}",)
    assert pool.execute("SELECT day FROM sync.business_day").fetchall() == [], "today is not the day of a missed tick"


@pytest.mark.finding("F95")
def test_it_is_planned_once_whoever_looks_again(pool: Pool) -> None:
    assert plan_missed(pool, MORNING) == 1
    assert plan_missed(pool, MORNING + timedelta(minutes=10)) == 0
    assert ran(pool) == PlanCounts(0, 0), "the DAG's own run that comes after all"
    assert len(rows(pool, "1")) == 1
    assert noted(pool)[OUTPUT][0]


@pytest.mark.finding("F95")
def test_a_tick_that_its_own_run_planned_is_not_missed(pool: Pool) -> None:
    assert ran(pool) == ONE_ROW
    assert plan_missed(pool, MORNING) == 0
    assert noted(pool) == {OUTPUT: (True, "")}


@pytest.mark.finding("F95")
def test_a_run_over_chosen_companies_does_not_plan_the_tick(pool: Pool) -> None:
    plan_day(pool, own("history_output", SECOND), "leqi", "history_output", ["91310000MA1NOBODYX"])
    assert plan_missed(pool, MORNING) == 1


@pytest.mark.finding("F95")
@pytest.mark.parametrize("minutes", [0, 19])
def test_a_tick_is_left_to_its_own_run_for_a_while(pool: Pool, minutes: int) -> None:
    assert plan_missed(pool, datetime(2027, 6, 2, 3, minutes, tzinfo=SHANGHAI)) == 0
    assert noted(pool) == {}


@pytest.mark.finding("F95")
@pytest.mark.req("A-53")
def test_ticks_from_before_the_pool_are_not_asked_for(pool: Pool, owner: Pool) -> None:
    since(owner, datetime(2027, 6, 2, 9, tzinfo=SHANGHAI))
    assert plan_missed(pool, MORNING) == 0
    assert rows(pool, "1") == []


@pytest.mark.finding("F95")
@pytest.mark.req("A-53")
def test_a_dag_that_a_person_switched_off_is_left_out_for_good(pool: Pool) -> None:
    assert plan_missed(pool, MORNING, is_paused=lambda dag_id: dag_id == OUTPUT[0]) == 0
    assert noted(pool) == {OUTPUT: (False, missed.SWITCHED_OFF)}
    assert plan_missed(pool, MORNING) == 0
    assert ran(pool) == ONE_ROW, "a person runs it nevertheless"
    assert noted(pool)[OUTPUT][0]


@pytest.mark.finding("F95")
def test_of_the_ticks_of_a_long_downtime_only_those_are_planned_that_no_later_one_covers(
    pool: Pool, owner: Pool
) -> None:
    since(owner, datetime(2027, 5, 20, tzinfo=SHANGHAI))
    plan_missed(pool, datetime(2027, 6, 11, 12, tzinfo=SHANGHAI))
    month = [row for row in rows(pool, "job, tick, window_start::text, window_end::text") if row[0] == "current_month"]
    assert month == [
        ("current_month", "2027-05-26", "2027-05-01", "2027-05-25"),
        ("current_month", "2027-05-26", "2027-05-01", "2027-05-25"),
        ("current_month", "2027-06-10", "2027-06-01", "2027-06-09"),
        ("current_month", "2027-06-10", "2027-06-01", "2027-06-09"),
    ]
    assert noted(pool)["leqi__current_month", "2027-05-20"] == (False, missed.COVERED)
    assert noted(pool)["leqi__current_month", "2027-06-05"] == (False, missed.COVERED)


@pytest.mark.finding("F95")
def test_one_tick_that_cannot_be_planned_does_not_hold_up_the_others(pool: Pool, owner: Pool) -> None:
    owner.execute(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.dag_id = 'leqi__history_output' THEN RAISE 'no'; END IF; RETURN NEW; END$$"
    )
    owner.execute("CREATE TRIGGER refuse BEFORE INSERT ON sync.task FOR EACH ROW EXECUTE FUNCTION public.refuse()")
    owner.commit()
    since(owner, datetime(2027, 5, 30, tzinfo=SHANGHAI))
    with pytest.raises(psycopg.errors.RaiseException):
        plan_missed(pool, datetime(2027, 6, 6, 12, tzinfo=SHANGHAI))
    assert {job for (job,) in rows(pool, "job")} >= {"current_month", "history_input"}
    assert OUTPUT not in noted(pool), "the next sweep tries again"


@pytest.mark.finding("F95")
@pytest.mark.parametrize("first", ["own run", "sweep"])
def test_the_own_run_that_comes_in_the_middle_plans_nothing_twice(pool: Pool, pool_url: str, first: str) -> None:
    acts: dict[str, Callable[[Pool], object]] = {
        "own run": lambda connection: ran(connection).planned,
        "sweep": lambda connection: plan_missed(connection, MORNING),
    }
    second = next(name for name in acts if name != first)
    with psycopg.connect(pool_url) as one, psycopg.connect(pool_url) as other, ThreadPoolExecutor(1) as thread:
        with one.transaction():
            assert acts[first](one) == 1
            waiting = thread.submit(acts[second], other)
            until_blocked(pool_url)
        assert waiting.result(10) == 0
    assert len(rows(pool, "1")) == 1


@pytest.mark.finding("F95")
@pytest.mark.req("R279")
def test_the_monthly_update_that_nobody_planned_is_made_up_for_once(pool: Pool) -> None:
    pool.execute(
        "INSERT INTO sync.history_auto_update (org_code, data_type, enabled, entrance, created_by, changed_by)"
        " VALUES ('*', 'details', true, 'history_page', 'li', 'li')"
    )
    pool.commit()
    fifth, run = ("history_auto_update", "2027-06-05"), RunDay("history_auto_update", "own", date(2027, 6, 5), "2027-06-05", explicit=False)  # fmt: skip
    late = datetime(2027, 6, 6, 9, tzinfo=SHANGHAI)
    assert make_up(pool, datetime(2027, 6, 5, 5, 19, tzinfo=SHANGHAI), lambda _: False) == 0, "left to its own run"
    assert make_up(pool, late, lambda _: False) == 1
    assert make_up(pool, late, lambda _: False) == 0
    assert noted(pool)[fifth][0]
    assert {row[:2] for row in rows(pool, "job, window_start::text")} == {("history_auto_update", "2027-05-01")}
    assert update_last_month(pool, run, "calendar") == [], "the DAG's own run that comes after all"
    assert pool.execute("SELECT day FROM sync.business_day").fetchall() == []


def test_the_monthly_update_fires_when_its_dag_does() -> None:
    (dag,) = [line for line in DAGS.read_text(encoding="utf-8").splitlines() if f",{DAG_ID}," in line]
    assert f",{AT.minute} {AT.hour} {DAY_OF_MONTH} * *," in dag
