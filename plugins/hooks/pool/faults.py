"""Whose fault an error is that ends a worker's hold of a row: the database's, the moment's, or the row's own."""

import psycopg

from fapiao.bounds import bound
from fapiao.errors import BureauError, FapiaoError, Interrupted, Refused, TryLater
from hooks.pool.sessions import end_silent

_GONE = ("08", "57P01", "57P02", "57P03", "53100", "53300", "58")
"""Connection exceptions, a server that stops or starts, a full disk, too many sessions, an error of the system."""
_SESSION_OVER = ("25P03", "25P04", "57P05")
"""The server ended one session: it was silent in a transaction, its transaction was too old, or it was silent."""
_LOCKED = "55P03"
_OF_THE_MOMENT = ("40", "57014", "53")
"""Deadlocks and serialisation, a cancelled statement, memory."""
_AGAIN = "the row is worked on again"


def database_is_gone(error: BaseException) -> bool:
    """Whether no row can be worked on now: a lost connection (it has no SQLSTATE) or a server that cannot serve."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and error.sqlstate is None:
        return True
    return _state(error).startswith(_GONE)


def session_is_over(error: BaseException) -> bool:
    """Whether a limit of ADR 0043 ended this one session; the server serves, over a new connection."""
    return _state(error) in _SESSION_OVER


def blamed_on_row(broken: Exception, connection: psycopg.Connection[object], advice: str) -> BureauError:
    """What the row ends with, or TryLater where the moment was bad; a connection that is still open can be used again.

    Interrupted, a kind of TryLater, is no failure of the row: somebody else held a lock. Raises `broken` itself where
    the database is gone: then no row is to blame.
    """
    if database_is_gone(broken):
        raise broken
    text = str(broken) if isinstance(broken, FapiaoError) else f"{type(broken).__name__}: {broken}"
    if session_is_over(broken):
        return TryLater("SESSION_ENDED", bound("silent_seconds").said(), _AGAIN, 5.0)
    if not connection.closed:
        connection.rollback()
    if _state(broken) == _LOCKED:
        end_silent(connection)
        return Interrupted("DATABASE_BUSY", bound("lock_seconds").said(), _AGAIN, 5.0)
    if _state(broken).startswith(_OF_THE_MOMENT):
        return TryLater("DATABASE_BUSY", text, _AGAIN, 5.0)
    return Refused("INTERNAL", text, advice)


def _state(error: BaseException) -> str:
    """The SQLSTATE; empty where there is none."""
    return (error.sqlstate if isinstance(error, psycopg.Error) else None) or ""
