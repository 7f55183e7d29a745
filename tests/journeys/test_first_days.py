"""The first days of an installation: nothing is asked for a day before it, and a downtime is made up for inside quota."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import psycopg
import pytest

from fapiao.calendar.occurrences import occurrences
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI, RunDay
from operators.downloads.missed import plan_missed
from operators.downloads.plan import plan_day
from rehearsal import GENERAL, Rehearsal

INSTALLED = datetime(2027, 6, 1, 9, tzinfo=SHANGHAI)
BACK_AGAIN = INSTALLED + timedelta(days=10, hours=3)
CHANNEL = "leqi"
DAYS_BEFORE = [(INSTALLED - timedelta(days=ago)).date() for ago in range(1, 31)]


@pytest.fixture
def pool(rehearsal: Rehearsal, owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A company that is loaded when the pool is made, one invoice a day on both sides of that."""
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["input_full", "output_full"])
    for day in range(-12, 10, 3):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq=str((INSTALLED + timedelta(days=day)).date()))
    owner.execute("UPDATE public.fapiao_migration SET applied_at = %s", [INSTALLED])
    owner.commit()
    rehearsal.pool.execute("UPDATE enterprise.taxpayer SET collected_since = %s", [INSTALLED])
    with psycopg.connect(rehearsal.pool_url, autocommit=True) as connection:
        yield connection


def fire_the_last_missed_ticks(pool: psycopg.Connection) -> int:
    """What Airflow does with every DAG that it sees for the first time: the newest tick of each."""
    planned = 0
    for job in rulebook().jobs(channels=(CHANNEL,)):
        due = (day for day in DAYS_BEFORE if occurrences(rulebook(), day, channel=CHANNEL, job=job.job))
        if day := next(due, None):
            run = RunDay(job.dag_id, f"scheduled {day}", day, day.isoformat(), explicit=False)
            planned += plan_day(pool, run, CHANNEL, job.job).planned
    return planned


@pytest.mark.finding("F53", "F95")
@pytest.mark.req("A-53")
def test_nothing_is_asked_for_a_day_before_the_installation_and_ten_days_down_are_caught_up_inside_quota(
    rehearsal: Rehearsal, pool: psycopg.Connection
) -> None:
    assert fire_the_last_missed_ticks(pool) == 0
    assert plan_missed(pool, INSTALLED + timedelta(hours=1)) == 0
    rehearsal.run("sweep_results", INSTALLED.date())
    assert rehearsal.admin.get("/_sim/journal").json()["calls"] == []
    reasons = pool.execute("SELECT DISTINCT reason_code FROM fapiao.plan_skip").fetchall()
    assert ("before_installation",) in reasons

    assert plan_missed(pool, BACK_AGAIN) > 0
    rehearsal.run("sweep_results", BACK_AGAIN.date())

    tasks = rehearsal.tasks()
    assert {task["status"] for task in tasks} <= {"succeeded", "no_data"}
    assert {task["error_code"] for task in tasks} == {None}
    assert min(datetime.fromisoformat(task["tick"]).date() for task in tasks) >= date(2027, 6, 2)
    issued = {str(row["issue_date"]) for row in rehearsal.invoices().values()}
    assert issued >= {"2027-05-29", "2027-06-01", "2027-06-04", "2027-06-07"}, (
        "May by the 2nd and 6th, June by the 10th"
    )
    board = rehearsal.admin.get("/_sim/quota").json()["quota"]
    assert board
    for line in board:
        assert sum(line["by_day"].values()) <= line["monthly_limit"], line
