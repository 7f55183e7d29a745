"""Sessions of a database as another one sees them: until one waits for a lock, or for its client in the middle of a copy."""

import time
from typing import Any

import psycopg
from psycopg.rows import dict_row

WAITING = "wait_event_type = 'Lock'"
COPYING = "state = 'active' AND wait_event = 'ClientRead' AND query LIKE 'COPY%'"
SILENT_IN_TRANSACTION = "state = 'idle in transaction'"


def until(url: str, condition: str, sessions: int = 1, seconds: float = 20.0) -> list[dict[str, Any]]:
    """Until so many other sessions are in that condition; what pg_stat_activity says of them."""
    question = (
        f"SELECT * FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}"
    )
    end = time.monotonic() + seconds
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as look:
        while time.monotonic() < end:
            found = look.execute(question).fetchall()  # type: ignore[arg-type]
            if len(found) >= sessions:
                return found
            time.sleep(0.01)
    raise AssertionError(f"no session is where {condition}")


def until_blocked(url: str, sessions: int = 1) -> None:
    """Until so many sessions wait for a lock."""
    until(url, WAITING, sessions)
