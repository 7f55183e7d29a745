"""Turns the clock that every statement of include/sql asks, for one session.

A process of its own is given PGOPTIONS='-c fapiao.now=2031-01-01T08:00:00+08:00': libpq hands it to every session.
"""

from datetime import datetime, timedelta
from typing import Any

import psycopg


def turn(connection: psycopg.Connection[Any], instant: datetime) -> None:
    """From now on it is this instant in the session, until it is turned again."""
    connection.execute("SELECT set_config('fapiao.now', %s, false)", [instant.isoformat()])


def wait(connection: psycopg.Connection[Any], time: timedelta) -> datetime:
    """Turns the clock on, from where it stands; returns the instant it shows then."""
    (now,) = connection.execute("SELECT sync.now()").fetchone() or (None,)
    assert isinstance(now, datetime)
    turn(connection, now + time)
    return now + time
