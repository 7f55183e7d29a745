"""A pool that many tests share, because none of them leaves anything in it; conftest.py files import the fixtures."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from launcher.postgres import EmbeddedPostgres

_numbers = count(1)


@pytest.fixture(scope="session")
def untouched_url(postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection) -> str:
    """URL of a migrated database, one for a folder of tests; copying it for each test would cost more than most of them do."""
    name = f"untouched_{next(_numbers)}"
    maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return postgres.url(name)


@pytest.fixture
def untouched(untouched_url: str) -> Iterator[psycopg.Connection]:
    """A connection whose one transaction is rolled back at the end, settings included; commit() is refused."""
    with psycopg.connect(untouched_url) as connection, connection.transaction(force_rollback=True):
        yield connection
