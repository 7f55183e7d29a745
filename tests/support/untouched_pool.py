"""A pool that many tests share, because none of them leaves anything in it; conftest.py files import the fixtures."""

from collections.abc import Iterator

import psycopg
import pytest

from launcher.postgres import EmbeddedPostgres

NAME = "untouched_pool"


@pytest.fixture(scope="session")
def untouched_url(postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection) -> str:
    """URL of a migrated database, one for all; copying it for each test would cost more than most of them do."""
    maintenance.execute(f"CREATE DATABASE {NAME} TEMPLATE {template} STRATEGY FILE_COPY")
    return postgres.url(NAME)


@pytest.fixture
def untouched(untouched_url: str) -> Iterator[psycopg.Connection]:
    """A connection whose one transaction is rolled back at the end, settings included; commit() is refused."""
    with psycopg.connect(untouched_url) as connection, connection.transaction(force_rollback=True):
        yield connection
