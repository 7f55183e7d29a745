"""Whose fault an error is that ends a worker's hold of a row: the database's, the moment's, or the row's own."""

import psycopg

from fapiao.errors import BureauError, FapiaoError, Refused, TryLater

_GONE = ("08", "57P", "53100", "53300", "58")
"""Connection exceptions, a server that stops or starts, a full disk, too many sessions, an error of the system."""
_OF_THE_MOMENT = ("40", "55P03", "57014", "53")
"""Deadlocks and serialisation, a lock that was not to be had, a cancelled statement, memory."""


def database_is_gone(error: BaseException) -> bool:
    """Whether no row can be worked on now: a lost connection (it has no SQLSTATE) or a server that cannot serve."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_GONE)


def blamed_on_row(broken: Exception, connection: psycopg.Connection[object], advice: str) -> BureauError:
    """What the row ends with, or TryLater where the moment was bad; the connection can be used again.

    Raises `broken` itself where the database is gone: then no row is to blame.
    """
    if database_is_gone(broken):
        raise broken
    if not connection.closed:
        connection.rollback()
    text = str(broken) if isinstance(broken, FapiaoError) else f"{type(broken).__name__}: {broken}"
    state = broken.sqlstate if isinstance(broken, psycopg.Error) else None
    if state and state.startswith(_OF_THE_MOMENT):
        return TryLater("DATABASE_BUSY", text, "the row is worked on again", 5.0)
    return Refused("INTERNAL", text, advice)
