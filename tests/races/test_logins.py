"""A login that is answered while a crew of eight puts rows behind it leaves none behind, however they interleave.

`FAPIAO_PROOF=1 ./fapiao test tests/races/test_logins.py` makes a thousand trials, without it there are a hundred.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest

from fapiao.downloads.protocol import Login
from fapiao.errors import LoginLost
from fapiao.tasks import Claim
from hooks.pool.sessions import open_session
from hooks.queues.login_requests import LoginRequests
from hooks.queues.tasks import TaskTable
from task_rows import OWNER, batch, put, take

CREW = 8
TRIALS = 1000 if os.environ.get("FAPIAO_PROOF") else 100
OUT = Login("manual", account="13800000000", wait_seconds=0.0)
LOST = LoginLost("GATEWAY_91300", "登录失效，请重新登录", "log in", 60.0)
BEHIND = "SELECT count(*) FROM sync.task WHERE login_request_id IS NOT NULL"
UNANSWERED = "SELECT count(*) FROM sync.login_request WHERE answered_at IS NULL"
FREE = "UPDATE sync.task SET lease_until = NULL, claimed_by = NULL, broke_workers = 0"

Pool = psycopg.Connection[Any]


@pytest.fixture
def rows(pool: Pool) -> list[int]:
    """A company on 电子税局 with a row for each of the crew."""
    pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '总部')")
    pool.execute(
        "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type)"
        " VALUES (%s, '示例公司', 'ORG1', 'etax', 'general')",
        [OWNER],
    )
    batch(pool)
    found = [put(pool, "downloading", channel="etax", invoice_type=f"{number:02}") for number in range(CREW)]
    pool.commit()
    return found


@contextmanager
def crew(url: str) -> Iterator[list[Pool]]:
    """The sessions of eight workers, and that of whoever hears that the account is logged in."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(open_session(url, f"worker {number}", autocommit=True)) for number in range(CREW + 1)
        ]


def step_back(connection: Pool, claim: Claim, after: int) -> None:
    """What a worker does to its row whose account is logged out; so many steps of it come first."""
    logins, tasks = LoginRequests(connection), TaskTable(connection)
    with connection.transaction():
        for _ in range(after):
            connection.execute("SELECT 1")
        tasks.lock_claimed(claim)
        logins.put_behind(tasks, claim, OUT, LOST)


def log_in(connection: Pool, after: int) -> None:
    """Every request that is open is answered, twice, as the checks of two workers do."""
    for _ in range(2):
        for _ in range(after):
            connection.execute("SELECT 1")
        with connection.transaction():
            due = LoginRequests(connection).due("etax", at_once=True)
        for request, _ in due:
            with connection.transaction():
                LoginRequests(connection).answered(request)


@pytest.mark.finding("F90")
@pytest.mark.req("R216")
def test_no_row_stays_behind_an_answered_request(pool: Pool, pool_url: str, rows: list[int]) -> None:
    pool.autocommit = True
    put_behind = 0
    with crew(pool_url) as sessions, ThreadPoolExecutor(CREW + 1) as threads:
        for trial in range(TRIALS):
            pool.execute(FREE)
            claims = take(pool, "crew", CREW, "etax")
            assert len(claims) == CREW
            begin = threading.Barrier(CREW + 1, timeout=30)
            acts: list[Callable[[], None]] = [
                lambda session=session, claim=claim, after=(trial + place) % 5: step_back(session, claim, after)  # type: ignore[misc]
                for place, (session, claim) in enumerate(zip(sessions, claims, strict=False))
            ]
            acts.append(lambda after=trial % 7: log_in(sessions[-1], after))  # type: ignore[misc]

            def at_once(act: Callable[[], None], begin: threading.Barrier = begin) -> None:
                begin.wait()
                act()

            for one in [threads.submit(at_once, act) for act in acts]:
                one.result(30)
            waiting = pool.execute(BEHIND).fetchone()
            put_behind += waiting[0] if waiting else 0
            log_in(sessions[-1], 0)
            assert pool.execute(BEHIND).fetchone() == (0,), f"trial {trial}"
            assert pool.execute(UNANSWERED).fetchone() == (0,)
    assert len(rows) == CREW
    assert put_behind < TRIALS * CREW, "in some trials the login came in the middle"
