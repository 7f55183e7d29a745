"""Rooms for examples: a pool of its own and the second bureau for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest

from hooks.pool.roles import APPLICATION
from independent_bureau import IndependentBureau
from launcher.postgres import EmbeddedPostgres
from truth_room import NewRoom, Room, truth_room

_numbers = count(1)


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
        with truth_room(postgres.url(name, APPLICATION), monkeypatch, bureau) as room:
            yield room
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return make
