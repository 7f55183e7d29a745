"""Whose fault an error is that ends a worker's hold of a row: the database's, the session's, the moment's, the row's.

The classes are those of appendix A of the Postgres manual (errcodes-appendix), every one of them judged.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

import psycopg

from fapiao.bounds import Bound, bound
from fapiao.errors import BureauError, FapiaoError, Interrupted, Refused, TryLater


class Fault(Enum):
    """Whose fault it is, and so what becomes of the row and of its worker."""

    DATABASE = "no row can be worked on: the worker ends, and nothing is held against the row"
    SESSION = "this session has ended: with a new one the worker goes on; held against the row"
    LOCK = "somebody else holds what the row needs: it is put off, and nothing is held against it"
    MOMENT = "another time it may go well: the row is put off soon; held against it"
    ROW = "the row's own, or our code's: it is tried again later; held against it"


_OF_ROWS = """
    00 01 02 03 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 2B 2D 2F 34 38 39 3B 3F 42 44 54 55 72 F0 HV P0 XX
"""
"""Classes that say something of the statement or of its values, or of our own code: the next row has others."""

FAULTS: Mapping[str, Fault] = MappingProxyType(
    dict.fromkeys(_OF_ROWS.split(), Fault.ROW)
    | {
        "08": Fault.SESSION,  # connection exception
        "25006": Fault.DATABASE,  # read-only transaction: a hot standby, or a server that was told to write nothing
        "25P03": Fault.SESSION,  # idle in transaction for too long
        "25P04": Fault.SESSION,  # a transaction that took too long
        "28": Fault.DATABASE,  # invalid authorization
        "3D": Fault.DATABASE,  # the database is not there
        "40": Fault.MOMENT,  # serialization, deadlock, statement completion unknown
        "40002": Fault.ROW,  # integrity constraint violation at commit
        "53": Fault.MOMENT,  # out of memory, insufficient resources
        "53100": Fault.DATABASE,  # disk full
        "53300": Fault.DATABASE,  # too many connections
        "53400": Fault.ROW,  # configuration limit: the statement needs more than one may have
        "42501": Fault.DATABASE,  # the role of the connection lacks a right
        "55006": Fault.MOMENT,  # object in use
        "55P03": Fault.LOCK,  # lock not available
        "57": Fault.MOMENT,  # operator intervention: a statement that was cancelled, or took too long
        "57P": Fault.SESSION,  # the server shuts down, crashed, starts, dropped the database, or ended an idle session
        "58": Fault.DATABASE,  # system error, input and output
        "58P03": Fault.ROW,  # a file name that is too long
    }
)
"""Whose fault a SQLSTATE is, by its longest beginning that stands here; one of an unknown class is the row's."""

_WAITS = {Fault.DATABASE: 900.0, Fault.SESSION: 5.0, Fault.LOCK: 30.0, Fault.MOMENT: 2.0, Fault.ROW: 60.0}
"""Seconds until a row is tried again; ten times as many after each that is held against it. Where the worker ended, the
next sweep but one: rows that fill the disk alone must not be the first of every sweep."""


def fault_of_state(sqlstate: str) -> Fault:
    """Whose fault a SQLSTATE is."""
    beginnings = (sqlstate[:length] for length in range(len(sqlstate), 1, -1))
    return next((FAULTS[one] for one in beginnings if one in FAULTS), Fault.ROW)


def fault_of(error: BaseException, connection: psycopg.Connection[object] | None = None) -> Fault:
    """Whose fault an error is. One of the client has no SQLSTATE: it is the session's where `connection` has gone.

    Without a connection an OperationalError or InterfaceError is (both are what a lost one raises); a DataError, a text
    with a NUL perhaps, is the row's.
    """
    if not isinstance(error, psycopg.Error):
        return Fault.ROW
    if error.sqlstate is not None:
        return fault_of_state(error.sqlstate)
    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return Fault.SESSION if lost and (connection is None or connection.closed) else Fault.ROW


def is_of_the_database(error: BaseException) -> bool:
    """Whether the same work may succeed once the database is well, or nobody else stands in the way."""
    return isinstance(error, psycopg.Error) and fault_of(error) is not Fault.ROW


def is_held_against_row(fault: Fault) -> bool:
    """Whether three of them set a row aside."""
    return fault in (Fault.SESSION, Fault.MOMENT, Fault.ROW)


_LIMITS = {
    "25P03": "silent_seconds",
    "25P04": "transaction_minutes",
    "55P03": "lock_seconds",
    "57014": "statement_minutes",
    "57P05": "silent_seconds",
}
"""Which bound of a session may have ended what was done, by its SQLSTATE (ADR 0043)."""


def described(broken: Exception, fault: Fault, broke_workers: int = 0) -> BureauError:
    """What the row says of it, and in how many seconds it is tried again after so many workers it broke before."""
    grown = 10.0 ** min(broke_workers, 2) if is_held_against_row(fault) else 1.0
    wait = _WAITS[fault] * grown
    if fault is Fault.ROW:
        return Refused("INTERNAL", _sentence(broken), wait_seconds=wait)
    kind = Interrupted if fault is Fault.LOCK else TryLater
    return kind(_code(broken, fault), _sentence(broken), wait_seconds=wait)


def _code(broken: Exception, fault: Fault) -> str:
    if not isinstance(broken, psycopg.Error):
        return "UNUSABLE"
    return "SESSION_ENDED" if fault is Fault.SESSION else "DATABASE_BUSY"


def limit_of(broken: BaseException) -> Bound | None:
    """The bound of a session that has ended what was done, where one has (ADR 0043)."""
    limit = _LIMITS.get(getattr(broken, "sqlstate", None) or "")
    return bound(limit) if limit else None


def _sentence(broken: Exception) -> str:
    if isinstance(broken, FapiaoError):
        return str(broken)
    limit = limit_of(broken)
    return limit.said() if limit else f"{type(broken).__name__}: {broken}"
