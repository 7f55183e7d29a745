"""Fixtures of the launcher: Airflow's metadata."""

import pytest


@pytest.fixture(scope="session")
def airflow_metadata() -> None:
    """Airflow's metadata database of this test process, made once."""
    from airflow.utils.db import initdb

    initdb()
