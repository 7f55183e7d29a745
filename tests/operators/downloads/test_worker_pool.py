"""A crew works through what is due: a row that breaks ends with a sentence, a row that was taken over is let go."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest

from fapiao.downloads.protocol import Applied
from fapiao.errors import MergeError
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.channels.download_channel import Bureau
from hooks.queues.quota_ledger import Ledger
from operators.downloads.apply import _limits
from operators.downloads.session import Desk
from operators.downloads.worker_pool import Crew
from task_rows import DAY, RUN, put, put_many, take, told

Pool = psycopg.Connection[Any]
NOW = datetime(2027, 6, 10, 1, tzinfo=UTC)
NOBODY = cast(Bureau, None)
"""No act of these tests asks the bureau."""


@pytest.fixture
def crew(pool_url: str) -> Iterator[Crew]:
    """Two workers beside the front desk."""
    with psycopg.connect(pool_url) as front:
        desk = Desk(front, NOBODY, rulebook(), RUN, {}, lambda: NOW)
        with Crew(desk, lambda: psycopg.connect(pool_url), "leqi", "owner", 2) as found:
            yield found


def finish(desk: Desk, claim: Claim) -> None:
    """An act that accepts the row."""
    with desk.transaction() as work:
        work.tasks.hold(claim)
        work.tasks.accepted(claim, Applied(f"{claim.task_id:032}", [], 60.0), NOW)


def break_on(task_id: int, error: Exception) -> Callable[[Desk, Claim], None]:
    """An act that breaks on one row and accepts the others."""

    def act(desk: Desk, claim: Claim) -> None:
        if claim.task_id == task_id:
            raise error
        finish(desk, claim)

    return act


def take_over(pool_url: str) -> None:
    """What another worker does when the lease has run out."""
    with psycopg.connect(pool_url) as other:
        other.execute("UPDATE sync.task SET lease_until = NULL")
        take(other, "another")


def test_every_due_row_is_handled_over_as_many_batches_as_it_takes(pool: Pool, crew: Crew) -> None:
    rows = put_many(pool, 20)
    pool.commit()
    assert crew.work_through(["pending"], finish, RUN.dag_id) == len(rows)
    assert crew.work_through(["pending"], finish, RUN.dag_id) == 0
    assert pool.execute("SELECT DISTINCT status FROM sync.task").fetchall() == [("downloading",)]


@pytest.mark.parametrize(
    ("error", "text"),
    [(KeyError("fphm"), "KeyError: 'fphm'"), (MergeError("3 rows too many"), "3 rows too many")],
)
def test_a_row_that_breaks_our_code_ends_with_internal_and_holds_nobody_up(
    pool: Pool, crew: Crew, error: Exception, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows = put_many(pool, 12)
    pool.commit()

    assert crew.work_through(["pending"], break_on(rows[0], error), None) == 12

    assert told(pool, rows[0], "status", "error_code", "error_message", "attempts", "lease_until") == (
        "apply_failed", "INTERNAL", text, 1, None,
    )  # fmt: skip
    done = pool.execute("SELECT count(*) FROM sync.task WHERE status = 'downloading'").fetchone()
    assert done == (11,)
    assert type(error).__name__ in caplog.text


def test_an_accepted_row_that_breaks_our_code_is_a_failed_download(pool: Pool, crew: Crew) -> None:
    task_id = put(pool, "downloading")
    pool.commit()
    crew.work_through(["downloading"], break_on(task_id, ValueError("x")), None)
    assert told(pool, task_id, "status", "error_code") == ("download_failed", "INTERNAL")


@pytest.mark.req("A-03")
def test_the_slot_of_a_row_that_broke_stays_counted(pool: Pool, crew: Crew) -> None:
    put(pool)
    pool.commit()

    def reserve_and_break(desk: Desk, claim: Claim) -> None:
        with desk.transaction() as work:
            assert Ledger(work.connection).reserve(claim, "full", DAY, _limits(desk, claim, "full", DAY)) is None
        raise RuntimeError

    crew.work_through(["pending"], reserve_and_break, None)
    assert pool.execute("SELECT state FROM sync.quota_slot").fetchall() == [("unknown",)]


def test_a_row_that_was_taken_over_is_let_go_unchanged(
    pool: Pool, pool_url: str, crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    (task_id,) = put_many(pool, 1)
    pool.commit()

    def too_late(desk: Desk, claim: Claim) -> None:
        take_over(pool_url)
        finish(desk, claim)

    caplog.set_level(logging.WARNING)
    assert crew.work_through(["pending"], too_late, None) == 1
    assert told(pool, task_id, "status", "claimed_by", "request_no") == ("pending", "another", None)
    assert "was taken over or voided" in caplog.text


def test_a_row_that_breaks_after_it_was_taken_over_is_let_go_too(pool: Pool, pool_url: str, crew: Crew) -> None:
    first, second = put_many(pool, 2)
    pool.commit()

    def break_too_late(desk: Desk, claim: Claim) -> None:
        if claim.task_id != first:
            return finish(desk, claim)
        with psycopg.connect(pool_url) as other:
            other.execute("UPDATE sync.task SET lease_until = NULL WHERE task_id = %s", [first])
            take(other, "another", limit=1)
        raise RuntimeError

    crew.work_through(["pending"], break_too_late, None)
    assert told(pool, first, "status", "claimed_by") == ("pending", "another")
    assert told(pool, second, "status") == ("downloading",)


def test_a_lost_database_is_not_blamed_on_the_row(pool: Pool, crew: Crew) -> None:
    (task_id,) = put_many(pool, 1)
    pool.commit()
    with pytest.raises(psycopg.OperationalError):
        crew.work_through(["pending"], break_on(task_id, psycopg.OperationalError("gone")), None)
    assert told(pool, task_id, "status", "error_code") == ("pending", None)


def test_workers_work_side_by_side_each_on_a_connection_of_its_own(pool: Pool, crew: Crew) -> None:
    put_many(pool, 2)
    pool.commit()
    meeting, seen = threading.Barrier(2, timeout=10), []

    def meet(desk: Desk, claim: Claim) -> None:
        seen.append(desk.connection)
        meeting.wait()
        finish(desk, claim)

    crew.work_through(["pending"], meet, None)
    assert len({id(connection) for connection in [*seen, crew.front.connection]}) == 3


def test_going_home_gives_up_the_leases(pool: Pool, crew: Crew) -> None:
    (task_id,) = put_many(pool, 1)
    pool.commit()
    crew._claim(["pending"], None)
    assert crew.look_ahead(None)[1] > 0
    crew.go_home()
    assert told(pool, task_id, "lease_until") == (None,)
    assert crew.look_ahead(None) == (1, 0.0)
