"""The pool of a service, for all tests that look at what became of its companies."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from launcher.postgres import EmbeddedPostgres

_numbers = count(1)


@pytest.fixture(scope="module")
def service_pool_url(postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection) -> Iterator[str]:
    """URL of a fresh pool database."""
    name = f"hostile_{next(_numbers)}"
    maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.url(name)
    maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")
