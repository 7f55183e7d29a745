"""Brings the pool's schema up to date: numbered files, forward only, each in its own transaction, then definitions."""

from pathlib import Path

import psycopg

from fapiao.errors import Unusable
from fapiao.paths import SQL
from fapiao.queries import query
from hooks.pool.definitions import define
from hooks.pool.numbered_files import NumberedFile, numbered_files
from hooks.pool.server_version import refuse_unfit_server

SCHEMA = SQL / "schema"


def migrations(folder: Path = SCHEMA) -> list[NumberedFile]:
    """The migrations of the folder by number.

    Raises Unusable when a file is not named NNNN_name.sql or two share a number.
    """
    return numbered_files(folder, "0001_enterprise.sql", "migration")


def migrate(connection: psycopg.Connection, folder: Path = SCHEMA) -> list[str]:
    """Apply what is missing, in order; returns the names of the files applied now, like `0001_enterprise`.

    Then the definitions that stand beside the folder, unless they are in force. One starter at a time by an advisory
    lock. `connection` must not be inside a transaction; a failing file leaves the ones before it applied and nothing
    of itself. Raises Unusable for a server below 18, an applied file that
    was changed, or a database that is ahead of these files.
    """
    refuse_unfit_server(connection)
    with connection.transaction():
        connection.execute(query("migrations", "lock"))
        connection.execute(query("migrations", "create_tables"))
    known = migrations(folder)
    refuse_newer_database(connection, known)
    applied_now = [migration.label for migration in known if _apply(connection, migration)]
    return applied_now + define(connection, folder.parent)


def refuse_newer_database(connection: psycopg.Connection, known: list[NumberedFile]) -> None:
    """Raises Unusable for a database that has seen a migration which these files do not have."""
    unknown = connection.execute(
        query("migrations", "unknown"), {"numbers": [migration.number for migration in known]}
    ).fetchone()
    if unknown:
        raise Unusable(
            f"This database has seen migration {unknown[0]}, which these files do not have: "
            "a newer fapiao used it; use that one, or another database."
        )


def _apply(connection: psycopg.Connection, migration: NumberedFile) -> bool:
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
