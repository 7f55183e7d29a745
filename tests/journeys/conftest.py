"""Fixtures of the journeys: Airflow's metadata, and a rehearsal per test."""

from collections.abc import Iterator

import pytest

from rehearsal import Rehearsal, rehearsing


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
