"""Fixtures of the journeys: Airflow's metadata, and a rehearsal per test."""

import logging
from collections.abc import Iterator

import psycopg
import pytest

from leaks import accounts_in_messages, accounts_in_pool, leaks_in_pool, leaks_in_text, simulated_secrets
from rehearsal import KEY, Rehearsal, rehearsing


@pytest.fixture(scope="session")
def airflow_metadata() -> None:
    """Airflow's metadata database of this test process, made once."""
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def rehearsal(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[Rehearsal]:
    """A pool and a bureau on 2027-01-05, with nobody in them."""
    with rehearsing(pool_url, monkeypatch, "2027-01-05") as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_secret_is_read(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a journey does, no key, secret or token stands in its logs or in the pool, and no whole bank account."""
    if "pool_url" not in request.fixturenames:
        yield
        return
    pool_url, secrets = request.getfixturevalue("pool_url"), simulated_secrets(KEY)
    caplog.set_level(logging.INFO)
    yield
    with psycopg.connect(pool_url, autocommit=True) as connection:
        accounts = accounts_in_pool(connection)
        assert leaks_in_pool(connection, secrets) == []
        assert accounts_in_messages(connection, accounts) == []
    assert leaks_in_text(caplog.text, [*secrets, *accounts]) == []
