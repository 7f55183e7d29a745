"""The pool: its server, what kind of bureau fills it, its schema, accounts that are waited for, rights, its clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg

from fapiao.bureau_kind import REAL, REHEARSAL
from fapiao.errors import FapiaoError, Unusable
from fapiao.queries import query
from fapiao.texts.catalogue import sentence
from hooks.enterprise.permissions import permissions_of
from hooks.files.data_folder import data_folder
from hooks.pool.bureau_kind import kind_of
from hooks.pool.migrations import migrations
from hooks.pool.server_version import refuse_unfit_server
from hooks.pool.standing import refuse_other_rules, refuse_other_schema
from launcher.connections import POOL_VARIABLE
from launcher.doctor.findings import Finding, absent, doubtful, well, wrong
from launcher.pool import DATABASE, WORKING, given, last_line, running_postgres
from operators.run_context import account

Connection = psycopg.Connection[Any]
READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=10s"
MOST_APART_SECONDS = 5.0
MIGRATE = "./fapiao db migrate"
KINDS = {REAL: "doctor.kind_real", REHEARSAL: "doctor.kind_rehearsal"}


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
            raise NoPool(absent("postgres", sentence("doctor.no_pool_yet"), sentence("doctor.make_one")))
        with running_postgres() as server, _session(server.url(DATABASE), "FAPIAO_HOME") as connection:
            yield connection
    except FapiaoError as refused:
        raise NoPool(
            wrong("postgres", str(refused), sentence("doctor.correct_pool", variable=POOL_VARIABLE))
        ) from refused


@contextmanager
def _session(url: str, variable: str) -> Iterator[Connection]:
    parts = urlsplit(url)
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5, options=READ_ONLY)
    except psycopg.Error as refused:
        where = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
        said = sentence("doctor.silent", address=where, reason=last_line(refused))
        raise NoPool(wrong("postgres", said, sentence("doctor.start_server", variable=variable))) from refused
    with connection:
        refuse_unfit_server(connection)
        yield connection


def server(connection: Connection) -> Iterator[Finding]:
    """The server and its clock."""
    before = datetime.now(UTC)
    version, now, role, is_super = _row(connection, "server")
    after = datetime.now(UTC)
    where = {"host": connection.info.host, "port": connection.info.port}
    said = sentence("doctor.server", version=version // 10000, role=role, **where)
    if is_super and given(*WORKING):
        yield doubtful("postgres", sentence("doctor.superuser", said=said), sentence("doctor.own_role"))
    else:
        yield well("postgres", said)
    yield apart("clock: pool", now, before, after)


def apart(part: str, theirs: datetime, before: datetime, after: datetime, most: float = MOST_APART_SECONDS) -> Finding:
    """Whether another clock stands between ours before and after it was asked, or near it."""
    seconds = max((theirs - after).total_seconds(), (before - theirs).total_seconds(), 0.0)
    together = sentence("doctor.together")
    said = sentence("doctor.apart", seconds=f"{seconds:.0f}") if seconds >= 1 else together
    if seconds > most:
        return wrong(part, said, sentence("doctor.synchronise"))
    return well(part, said)


def schema(connection: Connection) -> Finding:
    """Whether the pool is as this program knows it."""
    if not _row(connection, "has_schema")[0]:
        return absent("schema", sentence("doctor.never_a_pool"), MIGRATE)
    seen = dict(connection.execute(query("doctor", "migrations")).fetchall())
    known = {one.number: one for one in migrations()}
    said = _migrated(max(seen, default=0), max(known), len(known.keys() - seen.keys()))
    if any(known[number].sha256 != seen[number] for number in known.keys() & seen.keys()):
        return wrong("schema", sentence("doctor.file_changed", said=said), sentence("doctor.put_back"))
    try:
        refuse_other_schema(connection)
        refuse_other_rules(connection)
    except Unusable as refused:
        return _other(said, str(refused))
    return well("schema", said)


def _migrated(seen: int, known: int, missing: int) -> str:
    if missing:
        return sentence("doctor.migration_missing", seen=seen, known=known, missing=missing)
    return sentence("doctor.migration", seen=seen, known=known)


def _other(said: str, refusal: str) -> Finding:
    """What to do stands behind the last colon."""
    why, _, step = refusal.rpartition("：" if "：" in refusal else ": ")
    told = sentence("doctor.and_why", said=said, why=why)
    return wrong("schema", told, MIGRATE if MIGRATE in step else step.rstrip(".。"))


def contents(connection: Connection) -> Iterator[Finding]:
    """The kind of the pool, the accounts that rows wait for, the rights. Its schema must be up to date."""
    companies, open_tasks = _row(connection, "held")
    kind = kind_of(connection)
    held = {"companies": companies, "tasks": open_tasks}
    if kind:
        known = {"kind": sentence(KINDS[kind.kind]), "since": kind.decided_at, "evidence": kind.evidence}
        yield well("pool", sentence("doctor.filled", **known, **held))
    else:
        step = "" if companies else sentence("doctor.load_companies")
        yield well("pool", sentence("doctor.unfilled", **held), step)
    yield from _waiting(connection)
    yield rights(*_row(connection, "rights", actor=account()))


def open_organisations(connection: Connection) -> list[str] | None:
    """The organisations whose companies and accounts this person may be told; None is all."""
    return permissions_of(connection, account()).organisations("view")


def _waiting(connection: Connection) -> Iterator[Finding]:
    """The accounts that rows wait for; only how many, for whom not every organisation is open."""
    waiting = connection.execute(query("doctor", "waiting_logins")).fetchall()
    if waiting and open_organisations(connection) is not None:
        tasks = sum(tasks for _, _, tasks, _ in waiting)
        said = sentence("doctor.waiting", tasks=tasks, accounts=len(waiting))
        yield wrong("logins", said, sentence("doctor.log_them_in"))
        return
    for name, city, tasks, numbers in waiting:
        step = f"./fapiao select login {numbers[0]}" if numbers else sentence("doctor.log_it_in")
        where = f" {city}" if city else ""
        yield wrong("logins", sentence("doctor.waiting_for", tasks=tasks, account=name or "?", city=where), step)


def rights(given: int, mine: int) -> Finding:
    """Whether anybody's rights are limited, and whether this person has any."""
    if not given:
        return doubtful("rights", sentence("doctor.no_rights"), sentence("doctor.load_rights"))
    if not mine:
        return doubtful(
            "rights", sentence("doctor.none_of_mine", given=given, actor=account()), sentence("doctor.act_by")
        )
    return well("rights", sentence("doctor.mine", given=given, mine=mine, actor=account()))


def _row(connection: Connection, name: str, **values: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query("doctor", name), values).fetchone() or ()
    return row
