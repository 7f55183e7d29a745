"""Business entries in the pool: a file checked against the documents it names, saved all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from fapiao.enterprise.entries import Entry, EntryWords, Key, KnownEntries, checked, entry_forms
from fapiao.enterprise.form import Problems
from fapiao.enterprise.kinds import lines_by_kind
from fapiao.enterprise.loading import LoadCounts
from fapiao.queries import query
from fapiao.tables.lines import Table
from hooks.enterprise.permissions import demand, organisations
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
_COLUMNS = [field.name for field in fields(Entry)]


def load_entries(
    connection: Connection,
    files: Sequence[list[Table]],
    among: EntryWords,
    *,
    actor: str,
    at: datetime,
    dry_run: bool = False,
) -> LoadCounts:
    """Saves what the files say, one change row per column, `actor` as its batch and `at` as its observation (S2 §3.1).

    Raises BadInput with every problem of all the files at once, or with every document that `actor` may not import for,
    and then nothing is saved; `dry_run` saves nothing.
    """
    complaints = Problems()
    forms = entry_forms(lines_by_kind(files, ("entries",), complaints)["entries"], complaints)
    with acting(connection, actor), connection.transaction(force_rollback=dry_run):
        connection.execute(query("entries", "lock_owners"), {"taxpayers": [number for number, _ in forms]})
        known = _known(connection, list(forms))
        after = checked(forms, known, organisations(connection), among)
        complaints.refuse()
        changed = {key: entry for key, entry in after.items() if entry != known[key].entry}
        demand(connection, actor, "import", _organisations(connection, after))
        _save(connection, changed, actor, at)
    return LoadCounts("entries", 0, len(changed), len(after) - len(changed))


def _organisations(connection: Connection, entries: Mapping[Key, Entry]) -> list[tuple[str, str | None]]:
    """Whose the documents are, and whose they become."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(query("entries", "organisations"), _named(list(entries))).fetchall()
    before = [(key, booked or companys) for _, key, booked, companys in found]
    return [*before, *((key, entries[owner, key].org_code or companys) for owner, key, _, companys in found)]


def _named(keys: Sequence[Key]) -> dict[str, Jsonb]:
    return {"keys": Jsonb([{"taxpayer_no": number, "document_key": key} for number, key in keys])}


def _known(connection: Connection, keys: Sequence[Key]) -> dict[Key, KnownEntries]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("entries", "known"), _named(keys)).fetchall()
    return {(row["taxpayer_no"], row["document_key"]): _document(row) for row in rows}


def _document(row: Mapping[str, Any]) -> KnownEntries:
    entry = Entry(**{name: row[name] for name in _COLUMNS})
    return KnownEntries(entry, row["tax_amount"], row["type_deductible"])


def _save(connection: Connection, changed: Mapping[Key, Entry], actor: str, at: datetime) -> None:
    if changed:
        rows = [
            {"taxpayer_no": number, "document_key": key, **{name: getattr(one, name) for name in _COLUMNS}}
            for (number, key), one in changed.items()
        ]
        document = Jsonb(rows, dumps=msgspec.json.encode)
        connection.execute(query("entries", "save"), {"rows": document, "actor": actor, "at": at})
