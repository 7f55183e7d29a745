"""Brings the pool's schema up to date: numbered SQL files, forward only, each in its own transaction."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg

from fapiao.errors import Unusable
from fapiao.paths import SQL
from fapiao.queries import query

SCHEMA = SQL / "schema"
LEAST_SERVER_VERSION = 180000
_FILE_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One file of include/sql/schema."""

    number: int
    name: str
    text: str

    @property
    def label(self) -> str:
        """Number and name as in the file's name."""
        return f"{self.number:04}_{self.name}"

    @property
    def sha256(self) -> str:
        """Fingerprint of the text, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations(folder: Path = SCHEMA) -> list[Migration]:
    """The migrations of the folder by number.

    Raises Unusable when a file is not named NNNN_name.sql or two share a number.
    """
    found: dict[int, Migration] = {}
    for file in sorted(folder.glob("*.sql")):
        named = _FILE_NAME.fullmatch(file.name)
        if named is None:
            raise Unusable(f"{file} is not named like 0001_enterprise.sql.")
        migration = Migration(int(named["number"]), named["name"], file.read_text(encoding="utf-8"))
        if migration.number in found:
            raise Unusable(f"{file} has the number of another migration: give it the next free one.")
        found[migration.number] = migration
    return list(found.values())


def migrate(connection: psycopg.Connection, folder: Path = SCHEMA) -> list[str]:
    """Apply what is missing, in order; returns the names of the files applied now, like `0001_enterprise`.

    One starter at a time by an advisory lock. `connection` must not be inside a transaction; a failing file leaves
    the ones before it applied and nothing of itself. Raises Unusable for a server below 18, an applied file that
    was changed, or a database that is ahead of these files.
    """
    _refuse_old_server(connection)
    applied_now = []
    with connection.transaction():
        connection.execute(query("migrations", "lock"))
        connection.execute(query("migrations", "create_table"))
    known = migrations(folder)
    _refuse_newer_database(connection, known)
    for migration in known:
        if _apply(connection, migration):
            applied_now.append(migration.label)
    return applied_now


def _refuse_old_server(connection: psycopg.Connection) -> None:
    version = connection.info.server_version
    if version < LEAST_SERVER_VERSION:
        raise Unusable(
            f"The pool's Postgres is version {version // 10000}, fapiao needs 18 or newer "
            "(one statement merges and returns old and new rows): point invoice_pool at such a server."
        )


def _refuse_newer_database(connection: psycopg.Connection, known: list[Migration]) -> None:
    unknown = connection.execute(
        query("migrations", "unknown"), {"numbers": [migration.number for migration in known]}
    ).fetchone()
    if unknown:
        raise Unusable(
            f"This database has seen migration {unknown[0]}, which these files do not have: "
            "a newer fapiao used it; use that one, or another database."
        )


def _apply(connection: psycopg.Connection, migration: Migration) -> bool:
    with connection.transaction():
        connection.execute(query("migrations", "lock"))
        applied = connection.execute(query("migrations", "find"), {"number": migration.number}).fetchone()
        if applied is None:
            connection.execute(migration.text.encode())
            connection.execute(
                query("migrations", "record"),
                {"number": migration.number, "name": migration.name, "sha256": migration.sha256},
            )
            return True
    if applied[0] != migration.sha256:
        raise Unusable(
            f"Migration {migration.label}.sql was changed after it was applied to this database: "
            "put the file back as it was and write the change as a new migration."
        )
    return False
