"""Sessions of the pool: each speaks the time of Shanghai and names who acts in it, whoever opened the connection."""

from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.datetime import TimestamptzLoader

from fapiao.queries import query
from fapiao.tasks import SHANGHAI

Connection = psycopg.Connection[Any]

NEVER = datetime(9999, 12, 31, tzinfo=SHANGHAI)
"""How `infinity` is read: the instant at which a row that was set aside is due."""


class _Instant(TimestamptzLoader):
    """An instant of Postgres; psycopg's own refuses one that never comes, and with it the whole row."""

    def load(self, data: Any) -> datetime:
        """Raises psycopg.DataError for what Python cannot hold."""
        return NEVER if bytes(data) == b"infinity" else super().load(data)


def open_session(url: str, actor: str = "", **settings: Any) -> Connection:
    """A new session; `settings` as psycopg.connect takes them. Raises psycopg.OperationalError."""
    connection = psycopg.connect(url, **settings)
    begin_session(connection, actor)
    return connection


def begin_session(connection: Connection, actor: str = "") -> None:
    """Tells a new connection about itself; without `actor` its events carry the user of the database."""
    connection.adapters.register_loader("timestamptz", _Instant)
    with connection.transaction():
        connection.execute(query("session", "settings"), {"actor": actor})


def name_actor(connection: Connection, actor: str) -> None:
    """Every event of the transaction carries the actor."""
    connection.execute(query("session", "actor"), {"actor": actor})


def name_reason(connection: Connection, reason: str) -> None:
    """Every event of the transaction carries the reason."""
    connection.execute(query("session", "reason"), {"reason": reason})
