"""Kept answers are read into rows by one thread at a time; whoever waits for its turn keeps its row."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest

from fapiao.errors import LeaseLost
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from hooks.channels.download_channel import DownloadChannel
from operators.downloads import merge
from operators.downloads.session import WorkerSession
from task_rows import RUN, put, take, told

pytestmark = pytest.mark.finding("F24", "F30")
Pool = psycopg.Connection[Any]
LONGEST_SECONDS = 30.0
NOBODY = cast(DownloadChannel, None)
"""No act of these tests asks the bureau."""


@pytest.fixture
def claim(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Claim:
    """A row in the hands of a worker whose lease runs out in a moment."""
    monkeypatch.setattr(merge, "RENEW_SECONDS", 0.05)
    put(pool, "downloaded")
    (claim,) = take(pool)
    pool.execute("UPDATE sync.task SET lease_until = sync.now() + interval '1 second'")
    pool.commit()
    return claim


def enter(pool_url: str, claim: Claim, error: Exception | None = None) -> None:
    """Waits for its turn and has it, to its end or to an error."""
    with psycopg.connect(pool_url, autocommit=True) as own:
        session = WorkerSession(own, RUN, "worker", lambda: datetime.now(UTC), NOBODY, rulebook(), {})
        with merge.reading_alone(session, claim):
            if error:
                raise error


def test_who_waits_renews_its_lease(pool: Pool, pool_url: str, claim: Claim) -> None:
    (before,) = told(pool, claim.task_id, "lease_until")
    pool.commit()
    with ThreadPoolExecutor(1) as others:
        with merge._READING:
            waiting = others.submit(enter, pool_url, claim)
            end = time.monotonic() + LONGEST_SECONDS
            while told(pool, claim.task_id, "lease_until") == (before,):
                pool.commit()
                assert not waiting.done()
                assert time.monotonic() < end, "nobody renews it"
        waiting.result()


def test_who_lost_its_row_waits_no_longer(pool: Pool, pool_url: str, claim: Claim) -> None:
    pool.execute("UPDATE sync.task SET claim_no = claim_no + 1")
    pool.commit()
    with merge._READING, pytest.raises(LeaseLost):
        enter(pool_url, claim)


def test_a_turn_that_ends_by_an_error_is_given_on(pool_url: str, claim: Claim) -> None:
    with pytest.raises(KeyError):
        enter(pool_url, claim, KeyError())
    enter(pool_url, claim)
