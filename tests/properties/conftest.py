"""Profiles of Hypothesis: a few fixed examples in every run, many new ones by `--hypothesis-profile=thorough`."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from independent_bureau import IndependentBureau
from launcher.postgres import EmbeddedPostgres
from truth_room import NewRoom, Room, truth_room

_numbers = count(1)
_DATABASES = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]

settings.register_profile(
    "quick",
    max_examples=3,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=_DATABASES,
)
settings.register_profile("thorough", max_examples=100, database=None, deadline=None, suppress_health_check=_DATABASES)


def pytest_configure(config: pytest.Config) -> None:
    """The quick profile, unless the command line names another."""
    if not config.getoption("--hypothesis-profile", default=None):
        settings.load_profile("quick")


@pytest.fixture(scope="session")
def airflow_metadata() -> None:
    """Airflow's metadata database of this test process, made once, for tests that make real DAG runs."""
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def new_room(
    postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> NewRoom:
    """Makes a room per example: a fresh pool beside the bureau given, dropped afterwards."""

    @contextmanager
    def make(bureau: IndependentBureau) -> Iterator[Room]:
        name = f"truth_{next(_numbers)}"
        maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        with truth_room(postgres.url(name), monkeypatch, bureau) as room:
            yield room
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return make
