"""Sessions of the pool: each speaks the time of Shanghai and names who acts in it, whoever opened the connection."""

from typing import Any

import psycopg

from fapiao.queries import query

Connection = psycopg.Connection[Any]


def open_session(url: str, actor: str = "", **settings: Any) -> Connection:
    """A new session; `settings` as psycopg.connect takes them. Raises psycopg.OperationalError."""
    connection = psycopg.connect(url, **settings)
    begin_session(connection, actor)
    return connection


def begin_session(connection: Connection, actor: str = "") -> None:
    """Tells a new connection about itself; without `actor` its events carry the user of the database."""
    with connection.transaction():
        connection.execute(query("session", "settings"), {"actor": actor})


def name_actor(connection: Connection, actor: str) -> None:
    """Every event of the transaction carries the actor."""
    connection.execute(query("session", "actor"), {"actor": actor})


def name_reason(connection: Connection, reason: str) -> None:
    """Every event of the transaction carries the reason."""
    connection.execute(query("session", "reason"), {"reason": reason})
