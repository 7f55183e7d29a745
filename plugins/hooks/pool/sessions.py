"""Sessions of the pool: each speaks the time of Shanghai, names who acts in it, and waits for nobody for ever."""

import os
import pwd
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg.types.datetime import TimestamptzLoader

from fapiao.bounds import bound
from fapiao.errors import Unusable
from fapiao.queries import query
from fapiao.tasks import SHANGHAI
from hooks.pool.server_version import refuse_unfit_server

Connection = psycopg.Connection[Any]

LOOK_AGAIN_SECONDS = 3.0
"""Between two looks at a session that seems frozen in the middle of a statement."""

NEVER = datetime(9999, 12, 31, tzinfo=SHANGHAI)
"""How `infinity` is read: the instant at which a row that was set aside is due."""


class _Instant(TimestamptzLoader):
    """An instant of Postgres; psycopg's own refuses one that never comes, and with it the whole row."""

    def load(self, data: Any) -> datetime:
        """Raises psycopg.DataError for what Python cannot hold."""
        return NEVER if bytes(data) == b"infinity" else super().load(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How many seconds a session may be silent while it holds something, and how many it waits for others."""

    silent: int
    lock: int
    statement: int
    transaction: int

    @classmethod
    def of_rules(cls) -> "SessionLimits":
        """Those of include/rules/bounds.yaml."""
        return cls(
            silent=bound("silent_seconds").value,
            lock=bound("lock_seconds").value,
            statement=bound("statement_minutes").value * 60,
            transaction=bound("transaction_minutes").value * 60,
        )

    @classmethod
    def of_a_person(cls) -> "SessionLimits":
        """The same, but nobody who looks on waits as long for a lock as a worker does."""
        return replace(cls.of_rules(), lock=bound("person_seconds").value)

    def keepalives(self) -> dict[str, int]:
        """When a side asks whether the other is still there: a dead network shows within the silent seconds."""
        interval = max(self.silent // 10, 1)
        return {"keepalives_idle": max(self.silent // 2, 1), "keepalives_interval": interval, "keepalives_count": 5}


def open_session(url: str, actor: str = "", *, limits: SessionLimits | None = None, **settings: Any) -> Connection:
    """A new session; `settings` as psycopg.connect takes them, `limits` those of the rules where none are given.

    Raises psycopg.OperationalError.
    """
    kept = limits or SessionLimits.of_rules()
    connection = psycopg.connect(url, **{**unless_said(conninfo_to_dict(url), kept), **settings})
    with _closed_on_failure(connection):
        begin_session(connection, actor, kept)
    return connection


@contextmanager
def _closed_on_failure(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def open_reading_session(url: str, *, limits: SessionLimits | None = None, **settings: Any) -> Connection:
    """The same for who only looks: the server refuses whatever it would change, and it ends no session of others.

    A transaction that shall write all the same says so (`connection.read_only = False`).
    """
    kept = limits or SessionLimits.of_rules()
    connection = psycopg.connect(url, **{**unless_said(conninfo_to_dict(url), kept), **settings})
    with _closed_on_failure(connection):
        _tell(connection, "", kept)
        with connection.transaction():
            connection.execute(query("session", "only_read"))
    return connection


def unless_said(said: Mapping[str, Any], limits: SessionLimits | None = None) -> dict[str, int]:
    """What libpq is told about a server that does not answer, where the connection says nothing about it itself."""
    kept = limits or SessionLimits.of_rules()
    ours = {"connect_timeout": 10, "tcp_user_timeout": kept.silent * 1000, **kept.keepalives()}
    return {name: value for name, value in ours.items() if name not in said}


def begin_session(connection: Connection, actor: str = "", limits: SessionLimits | None = None) -> None:
    """Tells a new connection about itself; without `actor` its events carry the user of the database.

    Sessions of ours that were frozen in the middle of a statement are ended: nobody waits for them any longer. Raises
    Unusable for a server that is too old.
    """
    kept = limits or SessionLimits.of_rules()
    _tell(connection, actor, kept)
    end_silent(connection, kept)


def _tell(connection: Connection, actor: str, kept: SessionLimits) -> None:
    refuse_unfit_server(connection)
    connection.adapters.register_loader("timestamptz", _Instant)
    said = {"actor": actor, "account": system_account(), "name": _name(actor), "silent": kept.silent, "lock": kept.lock}
    said |= {"statement": kept.statement, "transaction": kept.transaction, **kept.keepalives()}
    with connection.transaction():
        connection.execute(query("session", "settings"), said)


def system_account() -> str:
    """The account that this process runs under and its machine, by the system and not by variables: `li@host`.

    It stands in events beside the name that somebody acts under, which is a claim (F81).
    """
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"


def _name(actor: str) -> str:
    """How the session is called in pg_stat_activity: who acts, and the task of Airflow where there is one."""
    task = [value for name in ("DAG_ID", "TASK_ID") if (value := os.environ.get(f"AIRFLOW_CTX_{name}"))]
    return " ".join(["fapiao", actor, "/".join(task)]).strip()


def end_silent(connection: Connection, limits: SessionLimits | None = None) -> None:
    """Ends sessions of ours whose client froze in the middle of a statement: the server would wait for ever.

    One that moved between two looks lives, however long its copy takes. The second look is rarely needed.
    """
    silent = (limits or SessionLimits.of_rules()).silent
    if before := _silent(connection, silent):
        time.sleep(LOOK_AGAIN_SECONDS)
        for pid, query_start, _ in before & _silent(connection, silent):
            with connection.transaction():
                connection.execute(query("session", "end_session"), {"pid": pid, "query_start": query_start})


def _silent(connection: Connection, silent: int) -> set[tuple[int, datetime, int | None]]:
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(query("session", "look_afresh"))
        return {(row[0], row[1], row[2]) for row in cursor.execute(query("session", "silent"), {"silent": silent})}


@contextmanager
def acting(connection: Connection, actor: str, reason: str = "") -> Iterator[None]:
    """What a person does, all or nothing: every event carries who and why, and it waits for a lock for a bounded time.

    Raises Unusable with who stood in the way where the lock was not to be had.
    """
    with giving_up(connection, "person_seconds"), connection.transaction():
        connection.execute(query("session", "wait_no_longer"), {"seconds": bound("person_seconds").value})
        name_actor(connection, actor)
        if reason:
            name_reason(connection, reason)
        yield


@contextmanager
def giving_up(connection: Connection, patience: str) -> Iterator[None]:
    """Around a transaction that waits for a lock as long as that bound says. Raises Unusable with its sentence."""
    waited = bound(patience)
    try:
        yield
    except errors.LockNotAvailable as refused:
        raise Unusable(waited.said(holders(connection, waited.value))) from refused


def holders(connection: Connection, waited: int) -> str:
    """The sessions that may have stood in the way for `waited` seconds, as people read them."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(query("session", "holders"), {"waited": waited}).fetchall()
    return "; ".join(f"{name or '?'}, pid {pid}, since {since}" for name, pid, since in found) or "?"


def name_actor(connection: Connection, actor: str) -> None:
    """Every event of the transaction carries the actor."""
    connection.execute(query("session", "actor"), {"actor": actor})


def name_reason(connection: Connection, reason: str) -> None:
    """Every event of the transaction carries the reason."""
    connection.execute(query("session", "reason"), {"reason": reason})
