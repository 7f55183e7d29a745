"""Whether a pool is as this program knows it, asked by those who only read or may not migrate it."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors

from fapiao.errors import Unusable
from fapiao.queries import query
from hooks.pool.definitions import are_in_force
from hooks.pool.migrations import SCHEMA, migrations, refuse_newer_database
from hooks.pool.roles import APPLICATION, READER
from hooks.pool.rule_tables import rules_are_loaded
from hooks.pool.server_version import refuse_unfit_server

Connection = psycopg.Connection[Any]
NEXT_STEP = "./fapiao db migrate, as its owner"


def refuse_other_schema(connection: Connection, folder: Path = SCHEMA) -> None:
    """Only looks: no lock, no change. Raises Unusable with the next step where the pool is older or newer, or has none.

    Also where its role may not look.
    """
    refuse_unfit_server(connection)
    try:
        with connection.transaction():
            _refuse_behind(connection, folder)
    except errors.InsufficientPrivilege as refused:
        raise Unusable(
            f"The role {connection.info.user} may not read the pool ({refused.diag.message_primary}): "
            f"make it a member of {READER} or {APPLICATION}; ./fapiao db roles gives these their rights."
        ) from refused


def refuse_other_rules(connection: Connection) -> None:
    """The same for the copies of include/rules, of a pool whose schema is this program's."""
    if not rules_are_loaded(connection):
        raise Unusable(f"The pool knows other rules than this program: {NEXT_STEP}, brings them up to date.")


def _refuse_behind(connection: Connection, folder: Path) -> None:
    if connection.execute(query("migrations", "is_there")).fetchone() != (True,):
        raise Unusable(f"This database holds no pool yet: {NEXT_STEP}, makes it.")
    known = migrations(folder)
    refuse_newer_database(connection, known)
    seen = {number for (number,) in connection.execute(query("migrations", "seen"))}
    missing = [migration.label for migration in known if migration.number not in seen]
    if missing or not are_in_force(connection, folder.parent):
        first = f" (it lacks {missing[0]})" if missing else ""
        raise Unusable(f"The pool is older than this program{first}: {NEXT_STEP}, brings it up to date.")
