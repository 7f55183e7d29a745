"""Rows behind a login request go on once it is answered, however workers interleave; nothing waits for nobody."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest

from fapiao.downloads.protocol import Login
from fapiao.errors import LoginLost
from fapiao.rules.book import rulebook
from hooks.channels.download_channel import DownloadChannel
from hooks.queues.login_requests import LoginRequests
from hooks.queues.tasks import TaskTable
from operators.downloads.actions import poll_now, void
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from operators.leased_queue.logins import recheck_logins
from operators.leased_queue.loop import MOST_IDLE_ROUNDS
from operators.selections.submit import submit
from selection_room import selecting_in
from task_rows import OWNER, RUN, put, put_many, take, told

SELECTOR = "91310000MA1EXAMPBB"
Pool = psycopg.Connection[Any]
LOST = LoginLost("GATEWAY_91300", "登录失效，请重新登录", "log in", 60.0)
OUT = Login("manual", account="13800000000", wait_seconds=0.0)
STATE = "SELECT count(*) FROM sync.task WHERE login_request_id IS NOT NULL"


class Account:
    """A bureau that knows of one account alone whether it is logged in."""

    concurrency = 2

    def __init__(self, state: str = "online") -> None:
        self.state = state

    def login(self, taxpayer_no: str) -> Login:  # noqa: ARG002 one account serves all
        """As it is now."""
        return Login(self.state, account="13800000000", wait_seconds=0.0)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _company(pool: Pool) -> None:
    pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '总部') ON CONFLICT DO NOTHING")
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type)"
        " VALUES (%s, '示例公司', 'ORG1', 'etax', 'general') ON CONFLICT DO NOTHING",
        [OWNER],
    )
    pool.commit()


@contextmanager
def crew_of(pool_url: str, account: Account) -> Iterator[WorkerPool]:
    """Two workers beside the claiming session."""
    with psycopg.connect(pool_url) as front:
        session = WorkerSession(
            front,
            RUN,
            "owner",
            lambda: datetime(2027, 6, 10, 1, tzinfo=UTC),
            cast(DownloadChannel, account),
            rulebook(),
            {},
        )
        with WorkerPool(session, lambda: psycopg.connect(pool_url), "etax", 2) as found:
            yield found


def waiting_row(pool: Pool, **values: Any) -> int:
    """A row in the hands of nobody."""
    return put(pool, "downloading", channel="etax", **values)


def put_behind(connection: Pool, task_id: int) -> int:
    """What a worker does to its row; the request, not committed."""
    (claim,) = take(connection, f"worker {task_id}", 1, "etax")
    assert claim.task_id == task_id
    logins = LoginRequests(connection)
    logins.put_behind(TaskTable(connection), claim, OUT, LOST)
    return logins.ask("etax", OWNER, OUT, LOST)[0]


def blocked(look: Pool) -> None:
    """Until a session waits for a lock."""
    question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(500):
        if look.execute(question).fetchone() != (0,):
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.finding("F90")
@pytest.mark.req("R216")
def test_a_row_put_behind_a_request_while_it_is_being_closed_goes_on(pool: Pool, pool_url: str) -> None:
    first, second = waiting_row(pool, invoice_type="01"), waiting_row(pool, invoice_type="04")
    pool.commit()
    with psycopg.connect(pool_url) as worker, psycopg.connect(pool_url) as closer:
        request = put_behind(worker, first)
        worker.commit()
        assert put_behind(worker, second) == request  # and holds the lock
        with ThreadPoolExecutor(1) as thread:
            freed = thread.submit(LoginRequests(closer).answered, request)
            with psycopg.connect(pool_url, autocommit=True) as look:
                blocked(look)
            worker.commit()
            assert freed.result(10) == 2
        closer.commit()
    assert pool.execute(STATE).fetchone() == (0,)
    assert len(take(pool, limit=10, channel="etax")) == 2


@pytest.mark.finding("F90")
def test_a_row_put_behind_a_request_that_was_answered_meanwhile_is_due(pool: Pool) -> None:
    task_id = waiting_row(pool)
    (claim,) = take(pool, channel="etax")
    logins = LoginRequests(pool)
    request, advice = logins.ask("etax", OWNER, OUT, LOST)
    logins.answered(request)
    TaskTable(pool).wait_for_login(claim, request, LoginLost(LOST.code, LOST.text, advice))
    assert told(pool, task_id, "login_request_id") == (None,)
    assert [one.task_id for one in take(pool, channel="etax")] == [task_id]


def test_a_row_behind_a_request_is_due_for_nobody_until_a_person_fetches_it(pool: Pool) -> None:
    task_id = waiting_row(pool, batch_no="B")
    put_behind(pool, task_id)
    assert told(pool, task_id, "not_before") == (None,)
    assert take(pool, "another", channel="etax") == []
    poll_now(pool, "li", ["B"])
    assert [one.task_id for one in take(pool, "another", channel="etax")] == [task_id]


@pytest.mark.finding("F90")
def test_a_row_in_the_hands_of_a_worker_goes_on_at_the_next_look(pool: Pool, pool_url: str) -> None:
    task_id = waiting_row(pool)
    request = put_behind(pool, task_id)
    pool.commit()
    with psycopg.connect(pool_url) as worker, crew_of(pool_url, Account()) as worker_pool:
        worker.execute("SELECT FROM sync.task WHERE task_id = %s FOR UPDATE", [task_id])
        assert LoginRequests(pool).answered(request) == 0
        pool.commit()
        worker.rollback()
        assert worker_pool.next_due(None) == (1, 0.0)
        assert recheck_logins(worker_pool.claiming_session, "etax") == 1
    assert told(pool, task_id, "login_request_id", "error_code") == (None, None)


@pytest.mark.finding("F90")
def test_a_failed_row_that_still_names_a_request_does_not_keep_the_others_waiting(pool: Pool) -> None:
    waiting, failed = waiting_row(pool, invoice_type="01"), waiting_row(pool, invoice_type="04")
    request = put_behind(pool, waiting)
    pool.execute(
        "UPDATE sync.task SET login_request_id = %s, status = 'download_failed', finished_at = now(),"
        " error_code = 'X', error_message = 'x' WHERE task_id = %s",
        [request, failed],
    )
    assert LoginRequests(pool).answered(request) == 1
    assert told(pool, failed, "error_code") == ("X",)


@pytest.mark.finding("F90")
@pytest.mark.parametrize("trial", range(6))
def test_eight_workers_and_a_person_leave_nothing_behind_an_answered_request(
    pool: Pool, pool_url: str, trial: int
) -> None:
    rows = [waiting_row(pool, invoice_type=f"{number:02}") for number in range(16)]
    pool.commit()
    start = threading.Barrier(9, timeout=20)

    def work(mine: list[int]) -> None:
        with psycopg.connect(pool_url) as connection:
            with connection.transaction():
                claims = {one.task_id: one for one in take(connection, f"{trial}/{mine[0]}", 100, "etax")}
            start.wait()
            for claim in claims.values():
                with connection.transaction():
                    LoginRequests(connection).put_behind(TaskTable(connection), claim, OUT, LOST)

    def log_in() -> None:
        with psycopg.connect(pool_url) as connection, crew_of(pool_url, Account()) as worker_pool:
            start.wait()
            for _ in range(30):
                recheck_logins(worker_pool.claiming_session, "etax", at_once=True)
            connection.commit()

    with ThreadPoolExecutor(9) as threads:
        done = [threads.submit(work, rows[number::8]) for number in range(8)] + [threads.submit(log_in)]
        for one in done:
            one.result(30)
    behind_answered = (
        "SELECT count(*) FROM sync.task AS k JOIN sync.login_request AS r USING (login_request_id)"
        " WHERE r.answered_at IS NOT NULL"
    )
    with crew_of(pool_url, Account()) as worker_pool:
        recheck_logins(worker_pool.claiming_session, "etax", at_once=True)
    assert pool.execute(behind_answered).fetchone() == (0,)
    assert pool.execute(STATE).fetchone() == (0,)


@pytest.mark.finding("F90")
@pytest.mark.req("R216")
def test_a_selection_put_behind_a_request_while_it_is_being_closed_goes_on(pool_url: str) -> None:
    with selecting_in(pool_url, lambda room: room.company(SELECTOR, channel="etax")) as room:
        room.documents("A", taxpayer_no=SELECTOR)
        submit(room.another_run(), room.request(["A"], taxpayer_no=SELECTOR), "tester")
        room.bureau.logged_in = "manual"
        room.bureau.raises["upload"] = [LOST]
        with psycopg.connect(pool_url) as closer, psycopg.connect(pool_url) as worker:
            room.work("etax")
            (request,) = {row["login_request_id"] for row in room.rows()}
            worker.execute(
                "UPDATE sync.login_request SET url = url WHERE login_request_id = %s", [request]
            )  # a worker is about to put its request behind it
            worker.execute("UPDATE sync.selection SET login_request_id = NULL")
            worker.execute("UPDATE sync.selection SET login_request_id = %s", [request])
            with ThreadPoolExecutor(1) as thread:
                freed = thread.submit(LoginRequests(closer).answered, request)
                with psycopg.connect(pool_url, autocommit=True) as look:
                    blocked(look)
                worker.commit()
                assert freed.result(10) == 1
            closer.commit()
        assert room.row()["login_request_id"] is None


@pytest.mark.finding("F91")
def test_rows_that_only_a_person_can_make_due_end_the_loop(pool: Pool, pool_url: str) -> None:
    task_id = waiting_row(pool)
    pool.execute("UPDATE sync.task SET not_before = 'infinity' WHERE task_id = %s", [task_id])
    pool.commit()
    with crew_of(pool_url, Account()) as worker_pool:
        assert worker_pool.next_due(None) == (1, None)
        assert worker_pool.run_until_idle(None) == 0


@pytest.mark.finding("F91")
def test_rows_that_are_due_and_cannot_be_taken_end_the_loop_with_a_sentence(
    pool: Pool, pool_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_many(pool, 3, channel="etax")
    pool.commit()
    naps: list[float] = []
    monkeypatch.setattr("operators.leased_queue.loop.time.sleep", naps.append)
    with psycopg.connect(pool_url) as other, crew_of(pool_url, Account()) as worker_pool:
        other.execute("SELECT FROM sync.task FOR UPDATE")
        assert worker_pool.run_until_idle(None) == 0
    assert len(naps) == MOST_IDLE_ROUNDS - 1
    assert "channel etax: 3 rows are open and due again and again" in caplog.text


@pytest.mark.finding("F20")
def test_nothing_is_written_about_a_row_that_was_voided_while_it_waited_for_its_login(pool: Pool) -> None:
    task_id = waiting_row(pool, batch_no="V")
    pool.commit()
    request = put_behind(pool, task_id)
    pool.commit()
    void(pool, "li", ["V"], "不再需要")
    assert pool.execute("SELECT waiting_tasks FROM fapiao.login_request").fetchone() == (0,)
    before = pool.execute("SELECT count(*), max(seq) FROM sync.task_event WHERE task_id = %s", [task_id]).fetchone()
    assert LoginRequests(pool).answered(request) == 0
    after = pool.execute("SELECT count(*), max(seq) FROM sync.task_event WHERE task_id = %s", [task_id]).fetchone()
    assert after == before
