"""Fixtures of the launcher: Airflow's metadata, the language of its command line."""

import pytest


@pytest.fixture(scope="session")
def airflow_metadata() -> None:
    """Airflow's metadata database of this test process, made once."""
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Command lines of this test are Chinese."""
    monkeypatch.setenv("FAPIAO_LANG", "zh")


@pytest.fixture(autouse=True)
def _english(english: None) -> None:
    """What these tests ask in this process is answered as on an English command line."""
