"""A session that holds a lock between transactions shows that its process lives; frozen with it, the session ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from fapiao.bounds import bound
from fapiao.queries import query

Connection = psycopg.Connection[Any]


@contextmanager
def beating(connection: Connection, silent: int | None = None) -> Iterator[None]:
    """Inside the block the server ends the session after `silent` seconds, unless this process is there to be heard.

    The caller may take as long as it likes between its transactions, to read a file perhaps. The block begins and ends
    outside of a transaction.
    """
    seconds = silent or bound("silent_seconds").value
    _quiet_end(connection, seconds)
    done = Event()
    heart = Thread(target=_beat, args=(connection, done, seconds / 4), name="heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
        if not connection.closed:
            _quiet_end(connection, 0)


def _quiet_end(connection: Connection, seconds: int) -> None:
    with connection.transaction():
        connection.execute(query("session", "quiet_end"), {"seconds": seconds})


def _beat(connection: Connection, done: Event, pause: float) -> None:
    """An empty query whenever the session is between two transactions: within one its own limit counts."""
    while not done.wait(pause):
        with connection.lock:
            if connection.closed:
                return
            if connection.pgconn.transaction_status == TransactionStatus.IDLE:
                connection.pgconn.exec_(b"")
