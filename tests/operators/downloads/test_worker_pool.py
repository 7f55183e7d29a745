"""A worker_pool works through what is due: a row that breaks is put off, a row that was taken over is let go."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
import pytest

from fapiao.downloads.protocol import Applied
from fapiao.errors import MergeError
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.channels.download_channel import DownloadChannel
from hooks.queues.quota_ledger import QuotaLedger
from operators.downloads.apply import _limits, apply_one
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from operators.leased_queue.session import releasing
from task_rows import DAY, OWNER, RUN, put, put_many, take, told

Pool = psycopg.Connection[Any]
NOW = datetime(2027, 6, 10, 1, tzinfo=UTC)
NOBODY = cast(DownloadChannel, None)
"""No act of these tests asks the bureau."""


@pytest.fixture
def worker_pool(pool_url: str) -> Iterator[WorkerPool]:
    """Two workers beside the claiming session."""
    with psycopg.connect(pool_url) as front:
        session = WorkerSession(front, RUN, "owner", lambda: NOW, NOBODY, rulebook(), {})
        with WorkerPool(session, lambda: psycopg.connect(pool_url), "leqi", 2) as found:
            yield found


def finish(session: WorkerSession, claim: Claim) -> None:
    """An act that accepts the row."""
    with session.transaction() as tables:
        tables.queue.lock_claimed(claim)
        tables.queue.accepted(claim, Applied(f"{claim.task_id:032}", [], 60.0), NOW)


def break_on(task_id: int, error: Exception) -> Callable[[WorkerSession, Claim], None]:
    """An act that breaks on one row and accepts the others."""

    def act(session: WorkerSession, claim: Claim) -> None:
        if claim.task_id == task_id:
            raise error
        finish(session, claim)

    return act


def take_over(pool_url: str) -> None:
    """What another worker does when the lease has run out."""
    with psycopg.connect(pool_url) as other:
        other.execute("UPDATE sync.task SET lease_until = NULL")
        take(other, "another")


def test_every_due_row_is_handled_over_as_many_batches_as_it_takes(pool: Pool, worker_pool: WorkerPool) -> None:
    rows = put_many(pool, 20)
    pool.commit()
    assert worker_pool.run_until_none_due(["pending"], finish, RUN.dag_id) == len(rows)
    assert worker_pool.run_until_none_due(["pending"], finish, RUN.dag_id) == 0
    assert pool.execute("SELECT DISTINCT status FROM sync.task").fetchall() == [("downloading",)]


@pytest.mark.parametrize(
    ("error", "text"),
    [(KeyError("fphm"), "KeyError: 'fphm'"), (MergeError("3 rows too many"), "3 rows too many")],
)
def test_a_row_that_breaks_our_code_is_put_off_with_internal_and_holds_nobody_up(
    pool: Pool, worker_pool: WorkerPool, error: Exception, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows = put_many(pool, 12)
    pool.commit()

    assert worker_pool.run_until_none_due(["pending"], break_on(rows[0], error), None) == 12

    assert told(pool, rows[0], "status", "error_code", "error_message", "broke_workers", "lease_until") == (
        "pending", "INTERNAL", text, 1, None,
    )  # fmt: skip
    done = pool.execute("SELECT count(*) FROM sync.task WHERE status = 'downloading'").fetchone()
    assert done == (11,)
    assert type(error).__name__ in caplog.text


def test_an_accepted_row_that_breaks_our_code_keeps_its_ticket(pool: Pool, worker_pool: WorkerPool) -> None:
    task_id = put(pool, "downloading")
    pool.commit()
    worker_pool.run_until_none_due(["downloading"], break_on(task_id, ValueError("x")), None)
    assert told(pool, task_id, "status", "error_code") == ("downloading", "INTERNAL")


@pytest.mark.req("A-03")
def test_the_slot_of_a_row_that_broke_stays_counted_and_it_applies_again_tomorrow(
    pool: Pool, worker_pool: WorkerPool
) -> None:
    task_id = put(pool)
    pool.commit()

    def reserve_and_break(session: WorkerSession, claim: Claim) -> None:
        with session.transaction() as tables:
            assert (
                QuotaLedger(tables.connection).reserve(claim, "full", DAY, _limits(session, claim, "full", DAY)) is None
            )
        raise RuntimeError

    put_taxpayer(pool)
    worker_pool.run_until_none_due(["pending"], reserve_and_break, None)
    assert pool.execute("SELECT state FROM sync.quota_slot").fetchall() == [("reserved",)]
    pool.execute("UPDATE sync.task SET not_before = NULL")
    pool.commit()
    worker_pool.run_until_none_due(["pending"], apply_one, None)
    assert pool.execute("SELECT state FROM sync.quota_slot").fetchall() == [("unknown",)]
    day, code, broke = told(pool, task_id, "not_before_day", "error_code", "broke_workers")
    assert (day, code, broke) == (DAY + timedelta(days=1), "ANSWER_UNKNOWN", 1)


def put_taxpayer(pool: Pool) -> None:
    """The company of the rows."""
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) VALUES (%s, '示例公司', 'leqi')", [OWNER]
    )
    pool.commit()


@pytest.mark.req("A-03")
def test_a_question_that_cannot_be_made_costs_no_slot(pool: Pool, worker_pool: WorkerPool) -> None:
    task_id = put(pool)
    pool.commit()
    worker_pool.run_until_none_due(["pending"], apply_one, None)
    assert told(pool, task_id, "status", "error_code") == ("pending", "INTERNAL")
    assert "is no longer there: load it again" in told(pool, task_id, "error_message")[0]
    assert pool.execute("SELECT count(*) FROM sync.quota_slot").fetchone() == (0,)


def test_a_row_that_was_taken_over_is_let_go_unchanged(
    pool: Pool, pool_url: str, worker_pool: WorkerPool, caplog: pytest.LogCaptureFixture
) -> None:
    (task_id,) = put_many(pool, 1)
    pool.commit()

    def too_late(session: WorkerSession, claim: Claim) -> None:
        take_over(pool_url)
        finish(session, claim)

    caplog.set_level(logging.WARNING)
    assert worker_pool.run_until_none_due(["pending"], too_late, None) == 1
    assert told(pool, task_id, "status", "claimed_by", "request_no") == ("pending", "another", None)
    assert "was taken over or voided" in caplog.text


def test_a_row_that_breaks_after_it_was_taken_over_is_let_go_too(
    pool: Pool, pool_url: str, worker_pool: WorkerPool
) -> None:
    first, second = put_many(pool, 2)
    pool.commit()

    def break_too_late(session: WorkerSession, claim: Claim) -> None:
        if claim.task_id != first:
            return finish(session, claim)
        with psycopg.connect(pool_url) as other:
            other.execute("UPDATE sync.task SET lease_until = NULL WHERE task_id = %s", [first])
            take(other, "another", limit=1)
        raise RuntimeError

    worker_pool.run_until_none_due(["pending"], break_too_late, None)
    assert told(pool, first, "status", "claimed_by") == ("pending", "another")
    assert told(pool, second, "status") == ("downloading",)


def test_a_lost_database_is_not_blamed_on_the_row(pool: Pool, pool_url: str) -> None:
    (task_id,) = put_many(pool, 1)
    pool.commit()
    urls = [pool_url]

    def gone(session: WorkerSession, claim: Claim) -> None:
        urls.append(pool_url.replace(f"/{pool.info.dbname}", "/nowhere"))
        session.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with psycopg.connect(pool_url) as front:
        session = WorkerSession(front, RUN, "owner", lambda: NOW, NOBODY, rulebook(), {})
        with (
            WorkerPool(session, lambda: psycopg.connect(urls[-1]), "leqi", 1) as workers,
            pytest.raises(psycopg.OperationalError),
        ):
            workers.run_until_none_due(["pending"], gone, None)
    assert told(pool, task_id, "status", "error_code") == ("pending", None)


def test_workers_work_side_by_side_each_on_a_connection_of_its_own(pool: Pool, worker_pool: WorkerPool) -> None:
    put_many(pool, 2)
    pool.commit()
    meeting, seen = threading.Barrier(2, timeout=10), []

    def meet(session: WorkerSession, claim: Claim) -> None:
        seen.append(session.connection)
        meeting.wait()
        finish(session, claim)

    worker_pool.run_until_none_due(["pending"], meet, None)
    assert len({id(connection) for connection in [*seen, worker_pool.claiming_session.connection]}) == 3


def test_going_home_gives_up_the_leases(pool: Pool, worker_pool: WorkerPool) -> None:
    (task_id,) = put_many(pool, 1)
    pool.commit()
    with releasing(worker_pool.claiming_session):
        worker_pool._claim(["pending"], None)
        assert worker_pool.next_due(None)[1] > 0
    assert told(pool, task_id, "lease_until") == (None,)
    assert worker_pool.next_due(None) == (1, 0.0)
