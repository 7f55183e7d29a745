"""What one session decides while another holds the lock, it decides on what that one left behind, not on what was before."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_workbooks import bring_in, company, export, header
from fapiao.errors import BadInput
from fapiao.tasks import RunDay
from group_rows import scheme, taxpayer
from hooks.files.store import FolderStore
from operators.downloads.actions import retry, void
from operators.downloads.plan import PlanCounts, plan_day
from sessions_at_work import until_blocked

pytestmark = pytest.mark.finding("F90")
Pool = psycopg.Connection[Any]
DAY = date(2027, 6, 10)
STATUS = "SELECT retry_of IS NOT NULL, status, void_state FROM sync.task ORDER BY task_id"


def behind(pool_url: str, first: Callable[[Pool], object], second: Callable[[Pool], object]) -> Any:
    """What the second comes to, which had to wait for the first's transaction; both in sessions of their own."""
    with psycopg.connect(pool_url) as one, psycopg.connect(pool_url) as other, ThreadPoolExecutor(1) as thread:
        with one.transaction():
            first(one)
            waiting = thread.submit(second, other)
            until_blocked(pool_url)
        return waiting.result(20)


@pytest.fixture
def planned(pool: Pool) -> Pool:
    """A company of 电子税局 with a scheme over one type."""
    taxpayer(pool, channel="etax")
    scheme(pool, "81", downloads=["output_full"])
    pool.commit()
    return pool


def plan(connection: Pool, tick: str) -> PlanCounts:
    """The running month by a tick of its own."""
    run = RunDay("etax__current_month", tick, DAY, tick, explicit=False)
    return plan_day(connection, run, "etax", "current_month")


def failed(pool: Pool) -> str:
    """The planned row, failed."""
    plan(pool, "2027-06-07")
    (batch,) = pool.execute("UPDATE sync.task SET status = 'download_failed', finished_at = now(), error_code = '1',"
                            " error_message = '1' RETURNING batch_no").fetchone() or ("",)  # fmt: skip
    pool.commit()
    return str(batch)


def test_two_plannings_of_the_same_days_plan_them_once(planned: Pool, pool_url: str) -> None:
    found = behind(pool_url, lambda one: plan(one, "2027-06-10"), lambda other: plan(other, "by hand"))
    assert found == PlanCounts(0, 1)
    assert planned.execute("SELECT reason_code FROM sync.skip").fetchall() == [("under_way",)]
    assert planned.execute("SELECT count(*) FROM sync.task").fetchone() == (1,)


def test_a_retry_sees_the_equal_download_that_is_being_planned(planned: Pool, pool_url: str) -> None:
    batch = failed(planned)
    with pytest.raises(BadInput):
        behind(pool_url, lambda one: plan(one, "2027-06-10"), lambda other: retry(other, "li", [batch]))
    assert planned.execute(STATUS).fetchall() == [(False, "download_failed", None), (False, "pending", None)]


def test_a_planning_sees_the_retry_that_is_being_made(planned: Pool, pool_url: str) -> None:
    batch = failed(planned)
    found = behind(pool_url, lambda one: retry(one, "li", [batch]), lambda other: plan(other, "by hand"))
    assert found.planned == 0
    assert planned.execute("SELECT count(*) FROM sync.task WHERE status = 'pending'").fetchone() == (1,)


@pytest.mark.parametrize("again", [retry, lambda connection, actor, batches: void(connection, actor, batches, "错了")])
def test_of_two_people_with_one_row_the_second_sees_what_the_first_did(
    again: Callable[[Pool, str, list[str]], object], planned: Pool, pool_url: str
) -> None:
    if again is retry:
        batch = failed(planned)
    else:
        plan(planned, "2027-06-10")
        (batch,) = planned.execute("UPDATE sync.task SET status = 'downloading', request_no = '1', applied_at = now(),"
                                   " observed_at = now() RETURNING batch_no").fetchone() or ("",)  # fmt: skip
        planned.commit()
    with pytest.raises(BadInput):
        behind(pool_url, lambda one: again(one, "li", [batch]), lambda other: again(other, "wu", [batch]))


def test_two_people_who_bring_the_same_file_make_one_task(pool: Pool, pool_url: str, tmp_path: Path) -> None:
    company(pool)
    pool.commit()
    store, file = FolderStore(tmp_path / "store"), export(tmp_path, [header()])
    made = behind(
        pool_url,
        lambda one: bring_in(one, store, file, work_it=False),
        lambda other: bring_in(other, store, file, work_it=False),
    )
    assert made.batches == []
    assert made.already
    assert pool.execute("SELECT count(*) FROM sync.task").fetchone() == (1,)
