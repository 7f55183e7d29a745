"""The pool: its server, what kind of bureau fills it, its schema, accounts that are waited for, rights, its clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg

from fapiao.errors import FapiaoError, Unusable
from fapiao.queries import query
from hooks.enterprise.permissions import permissions_of
from hooks.files.data_folder import data_folder
from hooks.pool.bureau_kind import kind_of
from hooks.pool.migrations import migrations
from hooks.pool.server_version import refuse_old_server
from hooks.pool.standing import refuse_other_rules, refuse_other_schema
from launcher.connections import POOL_VARIABLE
from launcher.doctor.findings import Finding, absent, doubtful, well, wrong
from launcher.pool import DATABASE, WORKING, given, last_line, running_postgres
from operators.run_context import account

Connection = psycopg.Connection[Any]
READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=10s"
MOST_APART_SECONDS = 5.0
MIGRATE = "./fapiao db migrate"


class NoPool(Exception):
    """There is no pool to look at; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.found)
        self.finding = finding


@contextmanager
def looking() -> Iterator[Connection]:
    """A session of the pool that can only read; an embedded server that stands still is started for it and stopped.

    Raises NoPool.
    """
    try:
        if url := given(*WORKING):
            with _session(url, POOL_VARIABLE) as connection:
                yield connection
            return
        if not (data_folder() / "postgres" / "data").exists():
            raise NoPool(absent("postgres", "there is no pool yet", "./fapiao demo or ./fapiao up makes one"))
        with running_postgres() as server, _session(server.url(DATABASE), "FAPIAO_HOME") as connection:
            yield connection
    except FapiaoError as refused:
        raise NoPool(wrong("postgres", str(refused), f"correct {POOL_VARIABLE}, or the machine")) from refused


@contextmanager
def _session(url: str, variable: str) -> Iterator[Connection]:
    parts = urlsplit(url)
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5, options=READ_ONLY)
    except psycopg.Error as refused:
        where = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
        said = f"{where} does not answer: {last_line(refused)}"
        raise NoPool(wrong("postgres", said, f"start that server, or correct {variable}")) from refused
    with connection:
        refuse_old_server(connection)
        yield connection


def server(connection: Connection) -> Iterator[Finding]:
    """The server and its clock."""
    before = datetime.now(UTC)
    version, now, role, is_super = _row(connection, "server")
    after = datetime.now(UTC)
    said = f"Postgres {version // 10000} at {connection.info.host}:{connection.info.port}, as {role}"
    if is_super and given(*WORKING):
        yield doubtful("postgres", f"{said}, a superuser", "give the pool a role of its own (docs/platform.md)")
    else:
        yield well("postgres", said)
    yield apart("clock: pool", now, before, after)


def apart(part: str, theirs: datetime, before: datetime, after: datetime, most: float = MOST_APART_SECONDS) -> Finding:
    """Whether another clock stands between ours before and after it was asked, or near it."""
    seconds = max((theirs - after).total_seconds(), (before - theirs).total_seconds(), 0.0)
    said = f"{seconds:.0f} seconds apart from this machine" if seconds >= 1 else "as this machine's"
    if seconds > most:
        return wrong(part, said, "synchronise the clocks (NTP): days and quotas are counted by them")
    return well(part, said)


def schema(connection: Connection) -> Finding:
    """Whether the pool is as this program knows it."""
    if not _row(connection, "has_schema")[0]:
        return absent("schema", "this database was never a pool", MIGRATE)
    seen = dict(connection.execute(query("doctor", "migrations")).fetchall())
    known = {one.number: one for one in migrations()}
    missing = len(known.keys() - seen.keys())
    said = f"migration {max(seen, default=0)} of {max(known)}{f', {missing} missing' if missing else ''}"
    if any(known[number].sha256 != seen[number] for number in known.keys() & seen.keys()):
        return wrong("schema", f"{said}; a file was changed after it was applied", "put the file back as it was")
    try:
        refuse_other_schema(connection)
        refuse_other_rules(connection)
    except Unusable as refused:
        return _other(said, str(refused))
    return well("schema", said)


def _other(said: str, sentence: str) -> Finding:
    """What to do stands behind the last colon."""
    why, _, step = sentence.rpartition(": ")
    return wrong("schema", f"{said}; {why}", MIGRATE if step.startswith(MIGRATE) else step.rstrip("."))


def contents(connection: Connection) -> Iterator[Finding]:
    """The kind of the pool, the accounts that rows wait for, the rights. Its schema must be up to date."""
    companies, open_tasks = _row(connection, "held")
    kind = kind_of(connection)
    said = f"{companies} companies, {open_tasks} open tasks"
    if kind:
        yield well("pool", f"{kind.kind}, since {kind.decided_at} by {kind.evidence}; {said}")
    else:
        yield well("pool", f"no bureau has filled it yet; {said}", "" if companies else "./fapiao taxpayers load FILE")
    yield from _waiting(connection)
    yield rights(*_row(connection, "rights", actor=account()))


def open_organisations(connection: Connection) -> list[str] | None:
    """The organisations whose companies and accounts this person may be told; None is all."""
    return permissions_of(connection, account()).organisations("view")


def _waiting(connection: Connection) -> Iterator[Finding]:
    """The accounts that rows wait for; only how many, for whom not every organisation is open."""
    waiting = connection.execute(query("doctor", "waiting_logins")).fetchall()
    if waiting and open_organisations(connection) is not None:
        said = f"{sum(tasks for _, _, tasks, _ in waiting)} tasks wait for {len(waiting)} accounts"
        yield wrong("logins", said, "log them in at 电子税局; who may see every organisation is told which they are")
        return
    for name, city, tasks, numbers in waiting:
        step = f"./fapiao select login {numbers[0]}" if numbers else "log the account in at 电子税局"
        yield wrong("logins", f"{tasks} tasks wait for account {name or '?'} {city}".strip(), step)


def rights(given: int, mine: int) -> Finding:
    """Whether anybody's rights are limited, and whether this person has any."""
    if not given:
        return doubtful("rights", "none are loaded: everybody may do everything", "./fapiao rights load FILE")
    if not mine:
        return doubtful("rights", f"{given} are given, none to {account()}", "act by --as NAME, or have some given")
    return well("rights", f"{given} are given, {mine} to {account()}")


def _row(connection: Connection, name: str, **values: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query("doctor", name), values).fetchone() or ()
    return row
