"""Fixtures every test may ask for: a real Postgres, a migrated database of one's own; and the count of proven ids."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import settings

from airflow_home import OWN  # before anything imports Airflow
from budgets import Budgets
from fapiao.texts.language import spoken_by_all
from hooks.pool import migrations
from hooks.pool.roles import APPLICATION, READER, give_rights
from hooks.pool.rule_tables import load_rules
from launcher.postgres import EmbeddedPostgres
from requirement_ids import Requirements
from temporary_postgres import temporary_folder, temporary_postgres

pytest_plugins = ["pytester"]
os.environ["FAPIAO_LANG"] = "en"  # of command lines, whatever terminal the suite is run from; a test of words sets it
TEMPLATE = "fapiao_template"
_numbers = count(1)
# the same examples in every run; `--hypothesis-profile=thorough` makes up many new ones
settings.register_profile("quick", derandomize=True, deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("quick")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """No bytes in the name of a test: those of a file hold the time it was made, and each process makes its own."""
    return argname if isinstance(val, bytes) else None


def pytest_configure(config: pytest.Config) -> None:
    """Registers what prints the requirement ids that the run proved and the budgets, and our marker."""
    config.addinivalue_line("markers", "slow: installs or starts the real thing; tens of seconds")
    config.pluginmanager.register(Requirements())
    config.pluginmanager.register(Budgets())


@pytest.fixture(autouse=True)
def _no_task_of_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of Airflow in this process leaves its task in the environment, and our sessions would be called by it."""
    for name in [name for name in os.environ if name.startswith("AIRFLOW_CTX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def english() -> Iterator[None]:
    """English is spoken in this process, as on an English command line."""
    with spoken_by_all("en"):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One Postgres per test process, fsync off."""
    with temporary_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Name of a database that is migrated, has the rules loaded and knows its roles; others are copied from it."""
    postgres.ensure_database(TEMPLATE)
    postgres.ensure_logins(APPLICATION, READER)
    with psycopg.connect(postgres.url(TEMPLATE), autocommit=True) as connection:
        migrations.migrate(connection)
        load_rules(connection)
        give_rights(connection)
    return TEMPLATE


@pytest.fixture(scope="session")
def maintenance(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """The connection that creates and drops databases."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def pool_url(postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection) -> Iterator[str]:
    """URL of a fresh pool database that only this test knows; dropped afterwards, open connections or not.

    Its role is the application, as in use: a statement that needs more fails here.
    """
    name = f"pool_{next(_numbers)}"
    maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.url(name, APPLICATION)
    maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def owner_url(postgres: EmbeddedPostgres, pool_url: str) -> str:
    """URL of the same pool for its owner, who may do what nobody does in use."""
    return postgres.url(urlsplit(pool_url).path[1:])


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    """A connection of its owner to this test's pool; it sees what `pool` has committed."""
    with psycopg.connect(owner_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres, maintenance: psycopg.Connection) -> Iterator[str]:
    """URL of a fresh database with nothing in it."""
    name = f"empty_{next(_numbers)}"
    maintenance.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def pool(pool_url: str) -> Iterator[psycopg.Connection]:
    """A connection to this test's pool; commits only when the test says so."""
    with psycopg.connect(pool_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def fapiao_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A FAPIAO_HOME of this test's own; whatever runs in it is stopped at the end."""
    monkeypatch.delenv("AIRFLOW_CONN_INVOICE_POOL", raising=False)
    monkeypatch.delenv("AIRFLOW_CONN_LEQI", raising=False)
    for name in OWN:
        monkeypatch.delenv(name, raising=False)
    with temporary_folder() as folder:
        monkeypatch.setenv("FAPIAO_HOME", str(folder))
        yield folder
