"""The pool for a command: the one of the invoice_pool connection, else the embedded one."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psycopg
from psycopg import errors
from psycopg.rows import tuple_row

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from hooks.files.data_folder import data_folder
from hooks.pool.roles import APPLICATION, READER, may_migrate
from hooks.pool.sessions import SessionLimits, giving_up, open_reading_session, open_session
from hooks.pool.standing import refuse_other_rules, refuse_other_schema
from hooks.pool.start import bring_up_to_date
from launcher.admission import admit
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE, READER_VARIABLE, given_pool_url
from launcher.guard import postgres_user
from launcher.home import home
from launcher.postgres import EmbeddedPostgres
from launcher.processes import wait_until

DATABASE = "invoice_pool"
FREED_SECONDS = 2.0
WORKING = (POOL_VARIABLE, OWNER_VARIABLE, READER_VARIABLE)
MIGRATING = (OWNER_VARIABLE, POOL_VARIABLE, READER_VARIABLE)
READING = (READER_VARIABLE, POOL_VARIABLE, OWNER_VARIABLE)
"""Whose connection is taken first: one that is not given is played by the next."""


@contextlib.contextmanager
def pool_url(keep_running: bool = False) -> Iterator[str]:
    """The URL of a migrated pool for who works with it, usable inside the block.

    The embedded server is started if needed and stopped by whoever leaves last, unless `keep_running` was said by
    anybody since the last `forget_keeping`. Raises Unusable when the pool cannot be used, BadInput where whoever came
    in by a command may not use it.
    """
    if url := given(*WORKING):
        migrate_pool(given(*MIGRATING) or url)
        admit(url)
        yield url
        return
    with embedded_pool_url(keep_running) as url:
        yield url


@contextlib.contextmanager
def embedded_pool_url(keep_running: bool = False) -> Iterator[str]:
    """As pool_url, for the embedded pool although another one may be given."""
    with running_postgres(keep_running) as server:
        _prepare(server)
        url = server.url(DATABASE, APPLICATION)
        admit(url)
        yield url


def _prepare(server: EmbeddedPostgres) -> None:
    """A pool of an older version has its roles from now on, too."""
    server.ensure_database(DATABASE)
    server.ensure_logins(APPLICATION, READER)
    migrate_pool(server.url(DATABASE), roles=True)


@contextlib.contextmanager
def reading_url() -> Iterator[str]:
    """The URL of the pool for who only looks, usable inside the block; it is neither made nor migrated.

    The embedded server runs meanwhile. Raises Unusable where there is no embedded pool.
    """
    if url := given(*READING):
        yield url
        return
    if not embedded().data.exists():
        raise Unusable(sentence("database.none_yet", folder=data_folder(), variable=POOL_VARIABLE))
    with running_postgres() as server:
        yield server.url(DATABASE, READER)


def given(*variables: str) -> str | None:
    """The first of the connections that the user named."""
    return next((url for variable in variables if (url := given_pool_url(variable))), None)


@contextlib.contextmanager
def pool_session(actor: str = "", **settings: Any) -> Iterator[psycopg.Connection[Any]]:
    """A session of the pool for what a person does; `settings` as psycopg.connect takes them.

    Raises Unusable as pool_url, and with who stood in the way where a lock was not to be had.
    """
    limits = SessionLimits.of_a_person()
    with (
        pool_url() as url,
        open_session(url, actor, limits=limits, **settings) as connection,
        giving_up(connection, "person_seconds"),
        _undone(connection),
    ):
        yield connection


@contextlib.contextmanager
def reading_session(**settings: Any) -> Iterator[psycopg.Connection[Any]]:
    """A session of the pool for what a person looks at: it takes no lock, and the server refuses any change.

    Raises Unusable as reading_url, and with the next step where the pool is not as this program knows it; BadInput as
    pool_url.
    """
    rows = settings.pop("row_factory", tuple_row)
    with reading_url() as url:
        with _answering(url):
            connection = open_reading_session(url, limits=SessionLimits.of_a_person(), **settings)
        with connection, giving_up(connection, "person_seconds"), _undone(connection):
            refuse_other_schema(connection)
            admit(url)
            connection.row_factory = rows
            yield connection


@contextlib.contextmanager
def _undone(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """What waited in vain is undone, so that the session can be asked who stood in the way."""
    try:
        yield
    except errors.LockNotAvailable:
        connection.rollback()
        raise


def migrate_pool(url: str, *, roles: bool = False) -> None:
    """As bring_up_to_date, where the role of `url` owns the pool or may make one; another one only looks.

    Raises Unusable also where the pool does not answer, or is not as this program knows it and may not be migrated.
    """
    with _answering(url), open_session(url, "start", autocommit=True) as connection:
        if may_migrate(connection):
            bring_up_to_date(connection, roles=roles)
        else:
            refuse_other_schema(connection)
            refuse_other_rules(connection)


@contextlib.contextmanager
def _answering(url: str) -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as refused:
        parts = urlsplit(url)
        address = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
        values = {"address": address, "reason": last_line(refused), "variable": POOL_VARIABLE}
        raise Unusable(sentence("database.does_not_answer", **values)) from refused


def last_line(refused: Exception) -> str:
    """What a driver says, without what led to it."""
    lines = str(refused).strip().splitlines()
    return lines[-1].strip() if lines else type(refused).__name__


def embedded() -> EmbeddedPostgres:
    """The embedded server of this home, running or not, made or not."""
    return EmbeddedPostgres(data_folder() / "postgres")


@contextlib.contextmanager
def running_postgres(keep_running: bool = False) -> Iterator[EmbeddedPostgres]:
    """The embedded server, running inside the block; several processes may be inside at once, and may be killed."""
    folder = home()
    server = embedded()
    with _users(folder) as users, postgres_user(folder):
        fcntl.flock(users, fcntl.LOCK_SH)
        server.start()
        if keep_running:
            _kept(folder).touch()
        try:
            yield server
        finally:
            if not _kept(folder).exists():
                _stop_if_last(server, users)


def _users(folder: Path) -> IO[str]:
    """Every user holds the lock shared, a killed one no longer: whoever gets it alone is the last."""
    return (folder / "postgres.users").open("w")


def _alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop_if_last(server: EmbeddedPostgres, users: IO[str]) -> None:
    if _alone(users):
        server.stop()


def stop_if_unused(folder: Path) -> None:
    """Stop the server of a home for a user that was killed, in the middle of its start perhaps.

    Nothing is done where another user is, where keeping was promised, or where there is nothing any more.
    """
    if not folder.exists() or _kept(folder).exists():
        return
    server = EmbeddedPostgres(folder / "postgres")
    with _users(folder) as users:
        # the killed one's own lock goes a moment after its pipe
        if wait_until(lambda: _alone(users), FREED_SECONDS, step=0.05):
            server.stop_when_started()


def forget_keeping() -> bool:
    """End what `keep_running` promised: stop the server unless somebody uses it; returns whether it is stopped."""
    folder = home()
    _kept(folder).unlink(missing_ok=True)
    with _users(folder) as users:
        _stop_if_last(embedded(), users)
    return not embedded().running


def _kept(folder: Path) -> Path:
    return folder / "postgres.kept"
