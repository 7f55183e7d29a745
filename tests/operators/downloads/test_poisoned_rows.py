"""A row that breaks its worker stands alone: the database is blamed for what is the database's, and nothing else waits."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest

from fapiao.errors import Refused
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.channels.download_channel import DownloadChannel
from operators.downloads.actions import poll_now, void
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from operators.leased_queue.guard import MOST_BROKEN_WORKERS
from task_rows import RUN, put, put_many, take, told

Pool = psycopg.Connection[Any]
Act = Callable[[WorkerSession, Claim], None]
NOW = datetime(2027, 6, 10, 1, tzinfo=UTC)


@pytest.fixture
def worker_pool(pool_url: str) -> Iterator[WorkerPool]:
    """Two workers beside the claiming session."""
    with psycopg.connect(pool_url) as front:
        session = WorkerSession(front, RUN, "owner", lambda: NOW, cast(DownloadChannel, None), rulebook(), {})
        with WorkerPool(session, lambda: psycopg.connect(pool_url), "leqi", 2) as found:
            yield found


def fail(session: WorkerSession, claim: Claim) -> None:
    """An act that ends the row."""
    with session.transaction() as tables:
        tables.queue.lock_claimed(claim)
        tables.queue.fail(claim, "download_failed", Refused("DONE", "done", ""))


def but_on(task_id: int, odd: Act) -> Act:
    """An act that ends every row, and does something odd to one."""
    return lambda session, claim: (odd if claim.task_id == task_id else fail)(session, claim)


def too_long(session: WorkerSession, claim: Claim) -> None:
    """What Postgres refuses with a ProgramLimitExceeded, which psycopg calls an OperationalError."""
    with session.transaction() as tables:
        tables.connection.execute("SELECT repeat('x', 2000000000)")


def die(pool: Pool, owner: str) -> None:
    """A worker that claims whatever is due and never comes back, a minute ago."""
    take(pool, owner, 100)
    pool.execute("UPDATE sync.task SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL")
    pool.commit()


@pytest.mark.finding("F20")
def test_what_the_database_refuses_of_one_row_puts_that_row_off_and_no_other(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    rows = put_many(pool, 12, status="downloaded")
    pool.commit()
    assert worker_pool.run_until_none_due(["downloaded"], but_on(rows[3], too_long), None) == 12
    code, text = told(pool, rows[3], "error_code", "error_message")
    assert (code, text.startswith("ProgramLimitExceeded")) == ("INTERNAL", True)
    others = pool.execute("SELECT count(*) FROM sync.task WHERE error_code = 'DONE'").fetchone()
    assert others == (11,)


@pytest.mark.finding("F20")
def test_a_row_that_costs_the_worker_its_connection_is_written_down_over_a_new_one(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    rows = put_many(pool, 6, status="downloaded")
    pool.commit()

    def close_and_break(session: WorkerSession, claim: Claim) -> None:
        session.connection.close()
        raise ValueError("\x00 of no use")

    worker_pool.run_until_none_due(["downloaded"], but_on(rows[0], close_and_break), None)
    assert told(pool, rows[0], "error_code", "error_message") == ("INTERNAL", r"ValueError: \u0000 of no use")
    assert pool.execute("SELECT count(*) FROM sync.task WHERE error_code = 'DONE'").fetchone() == (5,)


def test_an_error_after_a_row_is_settled_leaves_it_as_it_is_and_ends_nobody(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    rows = put_many(pool, 3, status="downloaded")
    pool.commit()

    def fail_and_break(session: WorkerSession, claim: Claim) -> None:
        fail(session, claim)
        raise ValueError("after the end")

    assert worker_pool.run_until_none_due(["downloaded"], but_on(rows[0], fail_and_break), None) == 3
    assert told(pool, rows[0], "status", "error_code") == ("download_failed", "DONE")


@pytest.mark.finding("F20")
def test_an_error_inside_a_transaction_that_nobody_closed_does_not_hide_the_next(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    task_id = put(pool, "downloaded")
    pool.commit()

    def outside(session: WorkerSession, claim: Claim) -> None:
        session.connection.execute("SELECT 1 / 0")

    worker_pool.run_until_none_due(["downloaded"], outside, None)
    assert told(pool, task_id, "status", "error_code") == ("downloaded", "INTERNAL")


@pytest.mark.finding("F20")
def test_a_server_that_ends_one_session_ends_neither_the_row_nor_the_worker(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    rows = put_many(pool, 4, status="downloaded")
    pool.commit()

    def ended(session: WorkerSession, claim: Claim) -> None:
        session.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert worker_pool.run_until_none_due(["downloaded"], but_on(rows[0], ended), None) == 4
    assert told(pool, rows[0], "status", "error_code") == ("downloaded", "SESSION_ENDED")
    assert pool.execute("SELECT count(*) FROM sync.task WHERE error_code = 'DONE'").fetchone() == (3,)


@pytest.mark.finding("F20")
def test_a_deadlock_is_tried_again_and_not_for_ever(pool: Pool, worker_pool: WorkerPool) -> None:
    task_id = put(pool, "downloaded")

    def deadlock(session: WorkerSession, claim: Claim) -> None:
        raise psycopg.errors.DeadlockDetected("deadlock detected")

    for expected in ("DATABASE_BUSY", "DATABASE_BUSY", "SET_ASIDE"):
        pool.execute("UPDATE sync.task SET not_before = NULL")
        pool.commit()
        worker_pool.run_until_none_due(["downloaded"], deadlock, None)
        assert told(pool, task_id, "status", "error_code") == ("downloaded", expected)
        pool.commit()


@pytest.mark.finding("F20")
def test_a_bad_row_is_tried_three_times_keeps_its_replies_and_says_why(pool: Pool, worker_pool: WorkerPool) -> None:
    task_id = put(pool, "downloaded")
    waits = []
    for _ in range(MOST_BROKEN_WORKERS):
        pool.execute("UPDATE sync.task SET not_before = NULL")
        pool.commit()
        worker_pool.run_until_none_due(["downloaded"], too_long, None)
        waits.append(pool.execute("SELECT round(extract(epoch FROM not_before - now()) / 60)::text FROM sync.task"))
    status, code, text, attempts = told(pool, task_id, "status", "error_code", "error_message", "attempts")
    assert (status, code, attempts, [one.fetchone() for one in waits]) == (
        "downloaded",
        "SET_ASIDE",
        0,
        [("1",), ("10",), ("Infinity",)],
    )
    assert text.startswith("处理该任务的工作进程已有 3 次中途退出，任务已搁置：ProgramLimitExceeded")


@pytest.mark.finding("F20")
def test_a_full_disk_is_not_held_against_the_row_and_the_next_run_begins_with_another(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    first, second = put_many(pool, 2, status="downloaded")
    pool.commit()

    def full(session: WorkerSession, claim: Claim) -> None:
        raise psycopg.errors.DiskFull("no space left on device")

    for _ in range(MOST_BROKEN_WORKERS + 1):
        pool.execute("UPDATE sync.task SET not_before = NULL, lease_until = NULL WHERE task_id = %s", [first])
        pool.commit()
        with pytest.raises(psycopg.errors.DiskFull):
            worker_pool.run_until_none_due(["downloaded"], but_on(first, full), None)
    assert told(pool, first, "status", "error_code", "broke_workers") == ("downloaded", "DATABASE_BUSY", 0)
    assert told(pool, second, "error_code") == ("DONE",)


@pytest.mark.finding("F20")
def test_a_row_that_three_workers_did_not_outlive_is_set_aside_and_its_neighbours_are_not(
    pool: Pool, worker_pool: WorkerPool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    poison, *others = put_many(pool, 4, status="downloaded", priority=1)
    pool.commit()
    die(pool, "first")
    done: list[int] = []

    def note(session: WorkerSession, claim: Claim) -> None:
        done.append(claim.task_id)
        fail(session, claim)

    # each that comes back finds the poison first, alone, and does not outlive it
    for owner in ("second", "third"):
        take(pool, owner, 1, suspects=True)
        pool.execute("UPDATE sync.task SET lease_until = now() - interval '1 second' WHERE claimed_by = %s", [owner])
        pool.commit()
    assert worker_pool.run_until_none_due(["downloaded"], note, None) == 4
    assert sorted(done) == others
    status, code, text = told(pool, poison, "status", "error_code", "error_message")
    assert (status, code, text) == ("downloaded", "SET_ASIDE", "处理该任务的工作进程已有 3 次中途退出，任务已搁置")
    assert worker_pool.next_due(None) == (1, None)
    assert worker_pool.run_until_none_due(["downloaded"], note, None) == 0


@pytest.mark.finding("F20")
@pytest.mark.req("R319")
def test_a_row_that_was_set_aside_goes_on_from_its_replies_or_is_voided(pool: Pool) -> None:
    again = put(pool, "downloaded", batch_no="again")
    ended = put(pool, "downloaded", batch_no="ended", invoice_type="82")
    pool.execute(
        "UPDATE sync.task SET not_before = 'infinity', broke_workers = %s, error_code = 'SET_ASIDE',"
        " error_message = 'x', advice = 'y'",
        [MOST_BROKEN_WORKERS],
    )
    assert [one.message for one in poll_now(pool, "li", ["again"])] == ["任务处理中"]
    void(pool, "li", ["ended"], "不再需要")
    assert told(pool, again, "status", "error_code", "broke_workers") == ("downloaded", None, 0)
    assert told(pool, ended, "status", "void_state") == ("downloaded", "voided")
    assert [claim.task_id for claim in take(pool)] == [again]


@pytest.mark.finding("F20")
def test_rows_that_are_given_back_are_not_held_against_them(pool: Pool, worker_pool: WorkerPool) -> None:
    task_id = put(pool, "downloading")
    pool.commit()

    def wait(session: WorkerSession, claim: Claim) -> None:
        with session.transaction() as tables:
            tables.queue.lock_claimed(claim)
            tables.queue.postpone(claim, polls=1)

    for _ in range(5):
        worker_pool.run_until_none_due(["downloading"], wait, None)
    assert told(pool, task_id, "broke_workers", "error_code") == (0, None)
