"""Tells which of a file's tables are taxpayers, accounts, schemes or entries, by their names or their columns."""

from collections.abc import Collection, Sequence

from fapiao.enterprise.form import Problems, check_columns, of_sheets
from fapiao.enterprise.headings import in_columns, known_headings
from fapiao.rules.templates import heading_spelling, headings_of, loaded_columns, table_label, table_named
from fapiao.tables.lines import Line, Table
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language
from fapiao.texts.places import apart, told

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
            whose = {"file": table.source, "kind": table_said(kind), "command": COMMANDS[kind]}
            complaints.problems.append(sentence("enterprise_files.holds_another", **whose))
            continue
        for kind, table in known:
            if kind in wanted:
                ours = in_columns(table, kind)
                check_columns(ours, loaded_columns(kind), complaints)
                found[kind].extend(ours.lines)
            else:
                whose = {"file": table.source, "kind": table_said(kind), "command": COMMANDS[kind]}
                complaints.warnings.append(sentence("enterprise_files.left_out", **whose))
    return found


def _kind(table: Table, complaints: Problems) -> str | None:
    named = table_named(table.name)
    if named in COMMANDS:
        return named
    if table.name and not table.is_sheet:
        known = listed(map(table_said, COMMANDS))
        complaints.problems.append(
            sentence("enterprise_files.unknown_section", file=table.source, name=table.name, known=known)
        )
        return None
    shared = {kind: known_headings(table, kind) for kind in COMMANDS if _is_possible(kind, table)}
    best = max(shared, key=lambda kind: (shared[kind], shared[kind] / len(loaded_columns(kind))))
    if shared[best]:
        return best
    complaints.problems.extend(table.problems)
    headings = apart(map(_columns_said, COMMANDS))
    complaints.problems.append(sentence("enterprise_files.no_heading_known", file=table.source, headings=headings))
    return None


def table_said(kind: str) -> str:
    """What people call a kind of table in the language that is spoken."""
    return table_label(kind) if language() == "zh" else kind


def _columns_said(kind: str) -> str:
    headings = headings_of(kind)
    names = headings.chinese if language() == "zh" else headings.english
    return told(table_said(kind), listed(names.values()))


def _is_possible(kind: str, table: Table) -> bool:
    spellings = headings_of(kind).spellings
    own = OWN_COLUMN.get(kind)
    return own is None or own in {spellings.get(heading_spelling(name)) for name in table.columns}
