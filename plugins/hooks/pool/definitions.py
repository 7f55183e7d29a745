"""Functions, views and comments of the pool: their current text, applied whole whenever it is not the one in force."""

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import errors

from fapiao.errors import Unusable
from fapiao.paths import SQL
from fapiao.queries import query
from hooks.pool.numbered_files import NumberedFile, numbered_files
from hooks.pool.roles import renew_rights

KINDS = ("functions", "views", "comments")
"""The folders of include/sql in the order they are applied in: a view may call a function, a comment may name both."""
_VIEW = re.compile(r"^CREATE OR REPLACE VIEW (\S+)", re.MULTILINE)

Connection = psycopg.Connection[Any]


def definitions(folder: Path = SQL) -> dict[str, NumberedFile]:
    """The files of the three folders by names like `views/04_sync_log`, in the order they are applied in.

    Raises Unusable when a file is not named NN_name.sql or two of a folder share a number.
    """
    files = [(kind, file) for kind in KINDS for file in numbered_files(folder / kind, "01_clock.sql", "definition")]
    return {f"{kind}/{file.label}": file for kind, file in files}


def define(connection: Connection, folder: Path = SQL) -> list[str]:
    """Puts the definitions in force, all in one transaction; returns their names, none where they are in force.

    They are applied when a file changed and after any migration. A view is replaced in place, so that grants and what
    people built on it stay. Where its columns do not allow that, all views are dropped and made again with their
    grants. Raises Unusable when something of other people depends on one, or when these are older than the ones in
    force. The roles get what include/sql/roles.sql says now, where they work with this database.
    """
    found = definitions(folder)
    if not found:
        return []
    with connection.transaction():
        connection.execute(query("migrations", "lock"))
        if are_in_force(connection, folder):
            return []
        _replace(connection, [file.text for file in found.values()])
        renew_rights(connection)
        connection.execute(query("migrations", "record_definitions"), {"sha256": _fingerprint(found, folder)})
    return list(found)


def are_in_force(connection: Connection, folder: Path = SQL) -> bool:
    """Whether nothing of these definitions is missing in the database; only looks.

    Raises Unusable where a newer fapiao has defined other ones since.
    """
    said = {"sha256": _fingerprint(definitions(folder), folder)}
    mine, latest = connection.execute(query("migrations", "defined"), said).fetchone() or (None, None)
    if mine is not None and mine != latest:
        raise Unusable(
            "The views of this database were defined by a newer fapiao than these files: "
            "use that one, or another database."
        )
    return mine is not None


def _fingerprint(found: dict[str, NumberedFile], folder: Path) -> str:
    """Of the definitions and, as the rights belong to them, of the roles."""
    roles = folder / "roles.sql"
    listed = "".join(f"{name} {file.sha256}\n" for name, file in found.items())
    return hashlib.sha256(listed.encode() + (roles.read_bytes() if roles.exists() else b"")).hexdigest()


def _replace(connection: Connection, texts: list[str]) -> None:
    try:
        _apply(connection, texts)
    except (errors.InvalidTableDefinition, errors.InvalidFunctionDefinition):
        _drop_and_make(connection, texts)


def _apply(connection: Connection, texts: list[str]) -> None:
    with connection.transaction():
        for text in texts:
            connection.execute(text.encode())


def _drop_and_make(connection: Connection, texts: list[str]) -> None:
    views = {"views": [name for text in texts for name in _VIEW.findall(text)]}
    grants = _written(connection, "view_grants", views)
    try:
        for statement in _written(connection, "view_drops", views):
            connection.execute(statement)
    except errors.DependentObjectsStillExist as used:
        raise Unusable(
            f"Views of the pool change their columns, and something depends on them "
            f"({' '.join((used.diag.message_detail or '').split())}): drop it, start again, and make it anew."
        ) from used
    _apply(connection, texts)
    for statement in grants:
        with suppress(errors.UndefinedColumn), connection.transaction():
            connection.execute(statement)


def _written(connection: Connection, name: LiteralString, values: dict[str, list[str]]) -> list[bytes]:
    """Statements that Postgres writes itself."""
    return [row[0].encode() for row in connection.execute(query("migrations", name), values)]
