"""A worker that is frozen holds up nobody for longer than the limit, and changes nothing when it is woken."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from frozen import SILENT, FrozenWorkers
from hooks.pool.heartbeat import beating
from hooks.pool.sessions import SessionLimits, end_silent, open_session
from hooks.queues.imports import Imports
from rehearsal import GENERAL, KEY, Rehearsal, leqi_connection
from sessions_at_work import COPYING, SILENT_IN_TRANSACTION, until
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator

DAY, NEXT_DAY = "2027-02-06", "2027-02-07"
RUN = {"dag": "leqi__history_input", "job": "history_input", "run": "run-1", "day": DAY}
LIMITS = SessionLimits(silent=SILENT, lock=20, statement=60, transaction=60)
POINTS = {
    "plan": ("plan", "INSERT INTO sync.skip"),
    "reserve": ("apply", "INSERT INTO sync.quota_slot"),
    "settle the application": ("apply", "applied_at = sync.now(), observed_at"),
    "stage": ("collect", "copy"),
    "merge": ("collect", "MERGE INTO pool.document"),
    "settle the row": ("collect", "SET status = s.status"),
}
"""Where a worker is frozen: its step, and the statement behind which it stands, its transaction open."""
STEPS = ("plan", "apply", "collect")


@pytest.fixture(scope="module")
def bureau() -> Iterator[RunningSimulator]:
    """One simulator, reset for every test."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        yield simulator


@pytest.fixture
def rehearsal(pool_url: str, bureau: RunningSimulator) -> Iterator[Rehearsal]:
    """One company with two 专票 of January, and the bureau as new."""
    made = Rehearsal(pool_url, bureau)
    made.admin.post("/_sim/reset")
    made.today(DAY)
    made.taxpayer()
    made.scheme("81")
    for rzzt in ("01", "02"):
        made.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-15", rzzt=rzzt)
    yield made
    made.close()


def order(rehearsal: Rehearsal, step: str, **more: Any) -> dict[str, Any]:
    """What a worker of the rehearsal is told."""
    leqi = leqi_connection(rehearsal.simulator.url, concurrency=1)
    return RUN | {"step": step, "pool": rehearsal.pool_url, "leqi": leqi} | more


def done(workers: FrozenWorkers, rehearsal: Rehearsal, step: str, **more: Any) -> None:
    """A step by another worker, to its end."""
    ended = workers.work(**order(rehearsal, step, **more))
    assert ended["code"] == 0, ended["said"]


def whole(rehearsal: Rehearsal) -> list[Any]:
    """Everything is there once, every row is settled, the ledger agrees with the bureau; what stands, to compare."""
    tasks = rehearsal.tasks()
    assert [row["status"] for row in tasks] == ["succeeded", "succeeded"], [row["error_message"] for row in tasks]
    assert tasks[0]["inserted_count"] == 2
    assert sorted(row["entry_status"] for row in rehearsal.invoices().values()) == ["01", "02"]
    (line,) = rehearsal.admin.get("/_sim/quota").json()["quota"]
    slots = rehearsal.pool.execute("SELECT state FROM sync.quota_slot WHERE state <> 'released'").fetchall()
    assert line["this_month"] <= len(slots)
    events = rehearsal.pool.execute("SELECT * FROM sync.task_event ORDER BY task_id, seq").fetchall()
    return [tasks, rehearsal.invoices(), slots, events]


def give_leases_up(rehearsal: Rehearsal) -> None:
    """As if a minute had passed; sessions come and go, as they do where a stack runs."""
    statement = "UPDATE sync.task SET lease_until = NULL WHERE finished_at IS NULL"
    for _ in range(20):
        with open_session(rehearsal.pool_url, "tester", limits=LIMITS) as passing:
            passing.execute("SELECT set_config('lock_timeout', '1s', false)")
            try:
                passing.execute(statement)
            except psycopg.errors.LockNotAvailable:
                continue
            return
    raise AssertionError("the frozen worker still holds its row")


@pytest.mark.finding("F92")
@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_the_row_of_a_frozen_worker_is_worked_on_and_its_late_work_changes_nothing(
    point: str, workers: FrozenWorkers, others: FrozenWorkers, rehearsal: Rehearsal
) -> None:
    step, marker = POINTS[point]
    for before in STEPS[: STEPS.index(step)]:
        done(workers, rehearsal, before)
    with workers.frozen(**order(rehearsal, step, freeze=marker)) as ended:
        until(rehearsal.pool_url, COPYING if marker == "copy" else SILENT_IN_TRANSACTION)
        give_leases_up(rehearsal)
        for again in ("plan", "collect"):
            done(others, rehearsal, again)
        if any(row["finished_at"] is None for row in rehearsal.tasks()):
            rehearsal.today(NEXT_DAY)
            done(others, rehearsal, "sweep", day=NEXT_DAY, run="sweep-1")
        settled = whole(rehearsal)
    assert whole(rehearsal) == settled, ended


@pytest.mark.finding("F92")
def test_a_frozen_planning_does_not_hold_up_that_of_another_dag(
    workers: FrozenWorkers, others: FrozenWorkers, rehearsal: Rehearsal
) -> None:
    with workers.frozen(**order(rehearsal, "plan", freeze="INSERT INTO sync.skip")):
        begun = time.monotonic()
        done(others, rehearsal, "plan", dag="leqi__current_month", job="current_month", run="run-2", day="2027-02-10")
        assert rehearsal.tasks(job="current_month")
        assert time.monotonic() - begun < 60


@pytest.mark.finding("F92")
def test_the_imports_of_a_company_do_not_wait_for_a_reader_that_is_frozen(
    workers: FrozenWorkers, pool_url: str, pool: psycopg.Connection[Any]
) -> None:
    with workers.frozen(step="queue", pool=pool_url) as ended, open_session(pool_url, "next", limits=LIMITS) as mine:
        with Imports(mine).queue("A", wait=0.0) as held:
            assert not held, "the other one holds it"
        with Imports(mine).queue("A", wait=30.0) as held:
            assert held
    assert ended["code"] == 1, "woken, it finds its session gone"
    assert "57P05" in ended["said"] or "IdleSessionTimeout" in ended["said"], ended
    assert pool.execute("SELECT FROM sync.business_day").fetchall() == []


@pytest.mark.finding("F92")
def test_a_reader_that_takes_its_time_keeps_the_queue(pool_url: str) -> None:
    with open_session(pool_url, limits=LIMITS) as reader, open_session(pool_url) as other:
        with beating(reader, silent=1):
            with reader.transaction():
                reader.execute("SELECT pg_advisory_lock(1)")
            time.sleep(3)
            assert other.execute("SELECT pg_try_advisory_lock(1)").fetchone() == (False,)
            with reader.transaction():
                assert reader.execute("SELECT pg_advisory_unlock(1)").fetchone() == (True,)
        time.sleep(2)
        assert reader.execute("SELECT 1").fetchone() == (1,), "behind the block it may be silent"


@pytest.mark.finding("F92")
@pytest.mark.parametrize(
    "point", ["CREATE TABLE IF NOT EXISTS public.fapiao_migration", "pg_advisory_lock", "CREATE TABLE sync.task"]
)
def test_a_start_that_is_frozen_holds_up_the_next_one_for_the_limit_alone(
    point: str, workers: FrozenWorkers, others: FrozenWorkers, empty_url: str
) -> None:
    with workers.frozen(step="start", pool=empty_url, freeze=point) as ended:
        finished = others.work(step="start", pool=empty_url)
        assert finished["code"] == 0, finished["said"]
    assert ended["code"] == 1, "woken, it finds its session gone"
    with psycopg.connect(empty_url) as look:
        assert look.execute("SELECT count(*) > 100 FROM sync.code_label").fetchone() == (True,)


@pytest.mark.finding("F92")
def test_a_copy_that_is_slow_and_alive_is_not_ended(pool_url: str) -> None:
    hasty = SessionLimits(silent=1, lock=20, statement=60, transaction=60)
    with open_session(pool_url, "slow", limits=hasty) as slow, open_session(pool_url, "other") as other:
        slow.execute("CREATE TEMP TABLE came (text text)")
        with slow.cursor() as cursor, cursor.copy("COPY came FROM STDIN") as copy, ThreadPoolExecutor(1) as thread:
            looked = thread.submit(lambda: [end_silent(other, hasty) for _ in range(20) if not time.sleep(0.1)])
            lines = 0
            while not looked.done() or lines < 20:
                copy.write(b"x" * 200_000 + b"\n")
                lines += 1
                time.sleep(0.2)
        assert slow.execute("SELECT count(*) FROM came").fetchone() == (lines,)
