"""Tells which of a file's tables are taxpayers, accounts, schemes or entries, by their names or their columns."""

from collections.abc import Collection, Sequence

from fapiao.enterprise.form import Problems, check_columns, of_sheets
from fapiao.enterprise.headings import in_columns, known_headings
from fapiao.rules.templates import heading_spelling, headings_of, loaded_columns, table_named
from fapiao.tables.lines import Line, Table

COMMANDS = {"taxpayers": "taxpayers", "accounts": "taxpayers", "schemes": "schemes", "entries": "entries"}
OWN_COLUMN = {"entries": "document_key"}
"""Without it a table is not of that kind, however many other columns it shares."""


def lines_by_kind(files: Sequence[list[Table]], wanted: Collection[str], complaints: Problems) -> dict[str, list[Line]]:
    """The records of the kinds that are wanted, out of several files; complains about columns nobody reads.

    A table of another kind is left out with a warning; a file with nothing that is wanted is complained about.
    """
    found: dict[str, list[Line]] = {kind: [] for kind in wanted}
    for tables in files:
        known = [(kind, table) for table in of_sheets(tables, COMMANDS) if (kind := _kind(table, complaints))]
        if known and not any(kind in wanted for kind, _ in known):
            kind, table = known[0]
            complaints.problems.append(f"{table.source} holds {kind}: load them with ./fapiao {COMMANDS[kind]} load")
            continue
        for kind, table in known:
            if kind in wanted:
                ours = in_columns(table, kind)
                check_columns(ours, loaded_columns(kind), complaints)
                found[kind].extend(ours.lines)
            else:
                hint = f"load them with ./fapiao {COMMANDS[kind]} load"
                complaints.warnings.append(f"{table.source}: {kind} are left out here; {hint}")
    return found


def _kind(table: Table, complaints: Problems) -> str | None:
    named = table_named(table.name)
    if named in COMMANDS:
        return named
    if table.name and not table.is_sheet:
        complaints.problems.append(
            f"{table.source}: the section {table.name} is unknown; known are {', '.join(COMMANDS)}"
        )
        return None
    shared = {kind: known_headings(table, kind) for kind in COMMANDS if _is_possible(kind, table)}
    best = max(shared, key=lambda kind: (shared[kind], shared[kind] / len(loaded_columns(kind))))
    if shared[best]:
        return best
    complaints.problems.extend(table.problems)
    headings = "; ".join(f"{kind}: {', '.join(loaded_columns(kind))}" for kind in COMMANDS)
    complaints.problems.append(f"{table.source}: no heading is known; the columns are, of {headings}")
    return None


def _is_possible(kind: str, table: Table) -> bool:
    spellings = headings_of(kind).spellings
    own = OWN_COLUMN.get(kind)
    return own is None or own in {spellings.get(heading_spelling(name)) for name in table.columns}
