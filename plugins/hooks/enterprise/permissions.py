"""权限 in the pool: the one gate, what an actor was granted, and a file of grants in place of those before."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from fapiao.errors import BadInput
from fapiao.permissions.rules import (
    ADMINISTER,
    EVERY_ORGANISATION,
    Entrance,
    PermissionRules,
    Permissions,
    permission_rules,
)
from fapiao.queries import query
from fapiao.rules.book import rulebook
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
Grant = tuple[str, str, str]
"""Actor, organisation or `*`, role."""


def permissions_of(connection: Connection, actor: str, rules: PermissionRules | None = None) -> Permissions:
    """What an actor may do; everything where no rights were ever loaded (a single operator)."""
    known = rules or permission_rules()
    values = {"actor": actor, "administering": known.roles_with(ADMINISTER)}
    with connection.cursor(row_factory=tuple_row) as cursor:
        loaded = cursor.execute(query("permissions", "any")).fetchone() == (True,)
        grants = cursor.execute(query("permissions", "of_actor"), values).fetchall()
        founder = cursor.execute(query("permissions", "founder"), values).fetchone() == (True,)
    return Permissions.of(grants if loaded else None, known, founder=founder)


def enter(connection: Connection, actor: str, ways: Sequence[Entrance]) -> None:
    """The gate of commands and runs. Raises BadInput in the manual's words where one of the ways is closed to him."""
    permissions = permissions_of(connection, actor)
    asked = [(one.action, one.everywhere) for one in ways if one.action and not one.rows]
    found = [permissions.entrance_objection(action, everywhere=everywhere) for action, everywhere in asked]
    if closed := [key for key in found if key]:
        raise BadInput([rulebook().message(closed[0], "interactive")])


def demand(connection: Connection, actor: str, action: str, rows: Iterable[tuple[str, str | None]]) -> None:
    """The gate of rows: each by its name with its 核算组织, None where only a right everywhere will do.

    Raises BadInput with every row that is closed to the actor, in the manual's words.
    """
    permissions = permissions_of(connection, actor)
    closed = {name: key for name, one in rows if (key := permissions.objection(action, one))}
    if closed:
        raise BadInput([f"{name}: {rulebook().message(key, 'interactive')}" for name, key in closed.items()])


def demand_taxpayers(connection: Connection, actor: str, action: str, taxpayers: Sequence[str] | None) -> None:
    """As demand, for these companies, or for all there are; an unknown one is left to whoever looks for it."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        values = {"taxpayers": None if taxpayers is None else list(taxpayers)}
        demand(connection, actor, action, cursor.execute(query("permissions", "of_taxpayers"), values).fetchall())


def demand_rows(connection: Connection, actor: str, action: str, batches: Sequence[str]) -> None:
    """As demand, for rows of whatever queue by their batch numbers; one that nobody knows is left to the queues."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query("actions", "organisations_of"), {"batches": list(batches)}).fetchall()
        demand(connection, actor, action, rows)


def allowed_organisations(connection: Connection, actor: str, action: str) -> list[str] | None:
    """The organisations an actor may act on; None is all. Raises BadInput in the manual's words where there is none."""
    permissions = permissions_of(connection, actor)
    if key := permissions.entrance_objection(action):
        raise BadInput([rulebook().message(key, "interactive")])
    return permissions.organisations(action)


def organisations(connection: Connection) -> set[str]:
    """The organisations that a grant may name."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {code for (code,) in cursor.execute(query("permissions", "organisations"))}


def replace_grants(
    connection: Connection, grants: Collection[Grant], granted_by: str, *, dry_run: bool = False
) -> tuple[int, int]:
    """Makes the grants what a file says; returns how many came and went. No grants: nothing is checked any more.

    Raises BadInput for whoever may not administer every organisation.
    """
    rows = [{"actor": actor, "org_code": organisation, "role": role} for actor, organisation, role in grants]
    with (
        acting(connection, granted_by),
        connection.transaction(force_rollback=dry_run),
        connection.cursor(row_factory=tuple_row) as cursor,
    ):
        cursor.execute(query("enterprise", "lock"))
        demand(connection, granted_by, ADMINISTER, [(EVERY_ORGANISATION, None)])
        cursor.execute(query("permissions", "replace"), {"grants": Jsonb(rows), "granted_by": granted_by})
        done = Counter(action for (action,) in cursor.fetchall())
    return done["INSERT"], done["DELETE"]
