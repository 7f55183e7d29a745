"""权限 in the pool: what an actor was granted, the name in events, and a file of grants in place of those before."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from fapiao.errors import BadInput
from fapiao.permissions.rules import PermissionRules, Permissions, permission_rules
from fapiao.queries import query
from fapiao.rules.book import rulebook
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
Grant = tuple[str, str, str]
"""Actor, organisation or `*`, role."""


def permissions_of(connection: Connection, actor: str, rules: PermissionRules | None = None) -> Permissions:
    """What an actor may do; everything where no rights were ever loaded (a single operator)."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        loaded = cursor.execute(query("permissions", "any")).fetchone() == (True,)
        grants = cursor.execute(query("permissions", "of_actor"), {"actor": actor}).fetchall()
    return Permissions.of(grants if loaded else None, rules or permission_rules())


def allowed_organisations(connection: Connection, actor: str, action: str) -> list[str] | None:
    """The organisations an actor may act on; None is all. Raises BadInput in the manual's words where there is none."""
    permissions = permissions_of(connection, actor)
    organisations = permissions.organisations(action)
    if organisations == []:
        key = "no_role_right" if permissions.granted else "no_organisation_right"
        raise BadInput([rulebook().message(key, "interactive")])
    return organisations


def organisations(connection: Connection) -> set[str]:
    """The organisations that a grant may name."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {code for (code,) in cursor.execute(query("permissions", "organisations"))}


def replace_grants(
    connection: Connection, grants: Collection[Grant], granted_by: str, *, dry_run: bool = False
) -> tuple[int, int]:
    """Makes the grants what a file says; returns how many came and went. No grants: nothing is checked any more."""
    rows = [{"actor": actor, "org_code": organisation, "role": role} for actor, organisation, role in grants]
    with (
        acting(connection, granted_by),
        connection.transaction(force_rollback=dry_run),
        connection.cursor(row_factory=tuple_row) as cursor,
    ):
        cursor.execute(query("enterprise", "lock"))
        cursor.execute(query("permissions", "replace"), {"grants": Jsonb(rows), "granted_by": granted_by})
        done = Counter(action for (action,) in cursor.fetchall())
    return done["INSERT"], done["DELETE"]
