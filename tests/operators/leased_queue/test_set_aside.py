"""Set aside everywhere: what a row that breaks its workers comes to is the same in all four queues."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operators.leased_queue.guard import MOST_BROKEN_WORKERS
from operators.row_actions import answers, fetch_again, void
from poisoned_queues import QUEUES, Bomb, PoisonedQueue

WORKER = Path(__file__).resolve().parents[2] / "support" / "poisoned_worker.py"
pytestmark = pytest.mark.finding("F20")


@pytest.fixture(params=QUEUES)
def queue(request: pytest.FixtureRequest, pool_url: str, tmp_path: Path) -> PoisonedQueue:
    """Every queue in turn, with a poisoned row before a sound one."""
    found = QUEUES[request.param](pool_url, str(tmp_path))
    with psycopg.connect(pool_url) as pool:
        found.furnish(pool)
    return found


@pytest.fixture
def people(pool_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A session of somebody who acts."""
    with psycopg.connect(pool_url, autocommit=True) as connection:
        yield connection


def raising(error: Exception) -> Bomb:
    """A bomb that raises."""

    def bomb(_: object) -> None:
        raise error

    return bomb


def nothing(_: object) -> None:
    """The row is mended."""


def end_of_session(connection: psycopg.Connection[Any]) -> None:
    """The server ends the session, as its limits do."""
    connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def close(connection: psycopg.Connection[Any]) -> None:
    """The session's connection is lost on this side."""
    connection.close()
    raise ValueError("broken, and the connection with it")


def set_aside(queue: PoisonedQueue) -> None:
    """Breaks three workers."""
    for _ in range(MOST_BROKEN_WORKERS):
        queue.work(raising(KeyError("boom")))
        queue.wait_over()


@pytest.mark.slow
def test_three_killed_workers_set_a_row_aside_and_the_one_behind_it_is_worked(queue: PoisonedQueue) -> None:
    (name,) = [name for name, kind in QUEUES.items() if isinstance(queue, kind)]
    while not queue.poison()["aside"]:
        assert queue.poison()["broke_workers"] < MOST_BROKEN_WORKERS
        ended = subprocess.run(
            [sys.executable, str(WORKER), name, queue.url, queue.place], check=False, capture_output=True, text=True
        )
        assert ended.returncode in (-9, 0), ended.stderr
        queue.wait_over()
    poison, sound = queue.rows()
    assert (poison["status"], poison["code"], poison["broke_workers"]) == (queue.waiting, "SET_ASIDE", 3)
    assert poison["text"] == "处理该任务的工作进程已有 3 次中途退出，任务已搁置"
    assert sound["status"] != queue.waiting
    assert sound["code"] in (None, "DONE")


def test_three_exceptions_do_so_too_each_is_tried_later_and_the_row_behind_it_goes_first(queue: PoisonedQueue) -> None:
    for broke in range(1, MOST_BROKEN_WORKERS):
        queue.work(raising(KeyError("boom")))
        poison = queue.poison()
        assert (poison["status"], poison["code"], poison["broke_workers"]) == (queue.waiting, "INTERNAL", broke)
        assert (poison["attempts"], poison["lease_until"]) == (0, None)
        assert queue.sound()["status"] != queue.waiting
        queue.wait_over()
    queue.work(raising(KeyError("boom")))
    poison = queue.poison()
    assert (poison["status"], poison["code"], poison["aside"]) == (queue.waiting, "SET_ASIDE", True)
    assert poison["text"] == "处理该任务的工作进程已有 3 次中途退出，任务已搁置：KeyError: 'boom'"
    queue.wait_over()
    queue.work(raising(AssertionError("it is due for nobody")))
    assert queue.poison()["text"] == poison["text"]


def test_a_person_fetches_it_again_with_nothing_held_against_it(
    queue: PoisonedQueue, people: psycopg.Connection[Any]
) -> None:
    set_aside(queue)
    number = queue.poison()["batch_no"]
    assert [one.message for one in fetch_again(people, "li", [number])] == ["任务处理中"]
    assert (queue.poison()["broke_workers"], queue.poison()["code"]) == (0, None)
    assert [one.batch_no for one in answers(people, [number])] == [number]
    queue.work(nothing)
    assert queue.poison()["code"] in (None, "DONE")
    assert queue.poison()["status"] == queue.sound()["status"] != queue.waiting


@pytest.mark.parametrize("before", [set_aside, nothing])
def test_an_open_row_is_voided_by_a_person_and_nobody_works_on_it(
    queue: PoisonedQueue, people: psycopg.Connection[Any], before: Callable[[PoisonedQueue], None]
) -> None:
    before(queue)
    number = queue.poison()["batch_no"]
    assert [one.message for one in void(people, "li", [number], "不再需要")] == ["作废"]
    queue.wait_over()
    queue.work(raising(AssertionError("nobody works on it")))
    if queue.table == "sync.task":
        said = people.execute("SELECT void_state, void_reason, voided_by FROM sync.task WHERE batch_no = %s", [number])
        assert said.fetchone() == ("voided", "不再需要", "li")
    else:
        poison = queue.poison()
        assert (poison["status"], poison["code"], poison["text"]) == ("failed", "VOIDED", "li 作废：不再需要")


@pytest.mark.parametrize(("bomb", "code"), [(end_of_session, "SESSION_ENDED"), (close, "INTERNAL")])
def test_a_row_that_costs_the_session_its_connection_is_written_down_over_a_new_one(
    queue: PoisonedQueue, bomb: Bomb, code: str
) -> None:
    queue.work(bomb)
    assert (queue.poison()["status"], queue.poison()["code"]) == (queue.waiting, code)
    assert queue.sound()["status"] != queue.waiting


def test_a_deadlock_puts_the_row_off_and_costs_no_attempt(queue: PoisonedQueue) -> None:
    queue.work(raising(psycopg.errors.DeadlockDetected("deadlock detected")))
    poison = queue.poison()
    assert (poison["status"], poison["code"], poison["attempts"]) == (queue.waiting, "DATABASE_BUSY", 0)
    queue.wait_over()
    queue.work(nothing)
    queue.wait_over()
    queue.work(nothing)
    assert queue.poison()["status"] == queue.sound()["status"]


@pytest.mark.finding("F92")
def test_who_waits_in_vain_for_a_lock_is_put_off_as_often_as_it_takes(queue: PoisonedQueue) -> None:
    for _ in range(MOST_BROKEN_WORKERS + 1):
        queue.work(raising(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")))
        queue.wait_over()
    poison = queue.poison()
    assert (poison["status"], poison["code"], poison["broke_workers"]) == (queue.waiting, "DATABASE_BUSY", 0)


def test_a_database_that_is_gone_ends_the_worker_and_is_not_held_against_the_row(queue: PoisonedQueue) -> None:
    for _ in range(MOST_BROKEN_WORKERS + 1):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            queue.work(
                raising(psycopg.errors.ReadOnlySqlTransaction("cannot execute UPDATE in a read-only transaction"))
            )
        queue.wait_over()
    poison = queue.poison()
    assert (poison["status"], poison["code"], poison["broke_workers"]) == (queue.waiting, "DATABASE_BUSY", 0)
