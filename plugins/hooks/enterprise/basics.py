"""Reads the enterprise basics from the pool and saves what has changed: all or nothing, one person at a time."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.rows import class_row, dict_row, tuple_row
from psycopg.types.json import Jsonb

from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.records import Account, Enterprise, Scheme, Taxpayer
from fapiao.enterprise.touched import touched
from fapiao.permissions.rules import ADMINISTER
from fapiao.queries import query
from hooks.enterprise.permissions import demand
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
Key = TypeVar("Key")
Value = TypeVar("Value")


def change(
    connection: Connection, decide: Callable[[Enterprise], Loaded], changed_by: str, dry_run: bool = False
) -> Loaded:
    """Saves what `decide` makes of the basics; with `dry_run` everything is tried and taken back.

    Raises what `decide` raises (BadInput), and BadInput for what `changed_by` may not administer; then nothing is saved
    at all.
    """
    with acting(connection, changed_by), connection.transaction(force_rollback=dry_run):
        connection.execute(query("enterprise", "lock"))
        before = read_enterprise(connection)
        loaded = decide(before)
        demand(connection, changed_by, ADMINISTER, touched(before, loaded.enterprise))
        _save(connection, before, loaded.enterprise, changed_by)
    return loaded


def read_enterprise(connection: Connection) -> Enterprise:
    """Everything that is saved, deleted schemes left out."""
    with connection.cursor(row_factory=class_row(Taxpayer)) as cursor:
        taxpayers = {one.taxpayer_no: one for one in cursor.execute(query("enterprise", "taxpayers"))}
    with connection.cursor(row_factory=class_row(Account)) as cursor:
        accounts = {(one.taxpayer_no, one.account): one for one in cursor.execute(query("enterprise", "accounts"))}
    with connection.cursor(row_factory=dict_row) as cursor:
        schemes = {row["name"]: _scheme(row) for row in cursor.execute(query("enterprise", "schemes"))}
    with connection.cursor(row_factory=tuple_row) as cursor:
        parameters = cursor.execute(query("enterprise", "parameters")).fetchall()
        organisations = cursor.execute(query("enterprise", "organisations")).fetchall()
    return Enterprise(
        organisations={code: name for code, name, _ in organisations},
        taxpayers=taxpayers,
        accounts=accounts,
        schemes=schemes,
        parameters={(kind, key): value for kind, key, value in parameters},
        parents={code: parent for code, _, parent in organisations if parent},
    )


def _scheme(row: dict[str, Any]) -> Scheme:
    lists = {name: tuple(row[name]) for name in ("download_types", "invoice_types", "frequency")}
    return Scheme(**{**row, **lists, "scopes": frozenset((kind, code) for kind, code in row["scopes"])})


def _save(connection: Connection, before: Enterprise, after: Enterprise, changed_by: str) -> None:
    """Writes the difference, each kind in one statement, in the order their references want."""
    organisations = _difference(before.organisation_rows(), after.organisation_rows()).items()
    names = [{"org_code": code, "org_name": name, "parent_org_code": above} for code, (name, above) in organisations]
    _run(connection, "save_organisations", names)
    for kind in ("taxpayers", "accounts", "schemes"):
        _run(connection, f"save_{kind}", list(_difference(getattr(before, kind), getattr(after, kind)).values()))
    for name in before.schemes.keys() - after.schemes.keys():
        connection.execute(query("enterprise", "delete_scheme"), {"name": name})
    set_ = [{"type": k, "key": n, "value": v} for (k, n), v in _difference(before.parameters, after.parameters).items()]
    _run(connection, "save_parameters", set_, changed_by=changed_by)
    removed = before.parameters.keys() - after.parameters.keys()
    _run(connection, "remove_parameters", [{"type": kind, "key": name} for kind, name in removed])
    connection.execute(query("enterprise", "refresh_members"))
    connection.execute(query("enterprise", "note_channels"))


def _difference(before: Mapping[Key, Value], after: Mapping[Key, Value]) -> dict[Key, Value]:
    return {key: value for key, value in after.items() if key not in before or before[key] != value}


def _run(connection: Connection, name: str, rows: Sequence[Any], **values: str) -> None:
    if rows:
        document = Jsonb(rows, dumps=partial(msgspec.json.encode, order="deterministic"))
        connection.execute(query("enterprise", name), {"rows": document, **values})
