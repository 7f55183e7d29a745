"""Tells which of a file's tables are taxpayers, accounts, schemes or entries, by their names or their columns."""

from collections.abc import Collection, Mapping, Sequence

from fapiao.enterprise.form import Problems, check_columns, of_sheets
from fapiao.rules.templates import loaded_columns
from fapiao.tables.lines import Line, Table, respelled

COMMANDS = {"taxpayers": "taxpayers", "accounts": "taxpayers", "schemes": "schemes", "entries": "entries"}
OWN_COLUMN = {"entries": "document_key"}
"""Without it a table is not of that kind, however many other columns it shares."""


def lines_by_kind(
    files: Sequence[list[Table]], wanted: Collection[str], headings: Mapping[str, str], complaints: Problems
) -> dict[str, list[Line]]:
    """The records of the kinds that are wanted, out of several files; complains about columns nobody reads.

    `headings` gives the column that another spelling of a heading means (R052). A table of another kind is left out
    with a warning; a file with nothing that is wanted is complained about.
    """
    found: dict[str, list[Line]] = {kind: [] for kind in wanted}
    for tables in ([respelled(table, headings) for table in tables] for tables in files):
        known = [(kind, table) for table in of_sheets(tables, COMMANDS) if (kind := _kind(table, complaints))]
        if known and not any(kind in wanted for kind, _ in known):
            kind, table = known[0]
            complaints.problems.append(f"{table.source} holds {kind}: load them with ./fapiao {COMMANDS[kind]} load")
            continue
        for kind, table in known:
            if kind in wanted:
                check_columns(table, loaded_columns(kind), complaints)
                found[kind].extend(table.lines)
            else:
                hint = f"load them with ./fapiao {COMMANDS[kind]} load"
                complaints.warnings.append(f"{table.source}: {kind} are left out here; {hint}")
    return found


def _kind(table: Table, complaints: Problems) -> str | None:
    named = (table.name or "").strip().lower()
    if named in COMMANDS:
        return named
    if table.name and not table.is_sheet:
        complaints.problems.append(
            f"{table.source}: the section {table.name} is unknown; known are {', '.join(COMMANDS)}"
        )
        return None
    known = {kind: loaded_columns(kind) for kind in COMMANDS}
    possible = {kind: columns for kind, columns in known.items() if OWN_COLUMN.get(kind) in (None, *table.columns)}
    shared = {kind: len(set(columns) & set(table.columns)) for kind, columns in possible.items()}
    best = max(shared, key=lambda kind: (shared[kind], shared[kind] / len(known[kind])))
    if shared[best]:
        return best
    complaints.problems.extend(table.problems)
    headings = "; ".join(f"{kind}: {', '.join(columns)}" for kind, columns in known.items())
    complaints.problems.append(f"{table.source}: no heading is known; the columns are, of {headings}")
    return None
