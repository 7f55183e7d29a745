"""What every export command does: look up the rights, write with progress, leave on record who took what out."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from fapiao.exports.columns import plan
from fapiao.queries import query
from fapiao.texts.catalogue import sentence
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import export_invoices, export_rows, note_export
from hooks.exports.workbooks import Progress
from launcher.screen import counted_rows

STATEMENTS = {"log": "rows", "brought": "invoices", "skipped": "skips", "quota": "quota_board"}
"""The statement of log.sql behind a sheet, where it has another name."""

Connection = psycopg.Connection[Any]
Values = dict[str, Any]


def add_out(parser: argparse.ArgumentParser) -> None:
    """The option --out: the workbook to write."""
    place = sentence("placeholders.file")
    parser.add_argument("--out", type=Path, required=True, metavar=place, help=sentence("export_command.out"))


def export_log(connection: Connection, sheet: str, values: Values, file: Path, actor: str) -> None:
    """One sheet of the sync log by the filter of log_filter, every row whatever the limit."""
    statement = query("log", STATEMENTS.get(sheet, sheet))
    everything = values | {"limit": None}
    _export(
        connection,
        lambda chosen, progress: export_rows(connection, file, [(plan(sheet), statement)], chosen, progress),
        everything,
        {"view": "rows" if sheet == "log" else sheet},
        file,
        actor,
    )


def export_pool(connection: Connection, values: Values, file: Path, actor: str, *, lines: bool) -> None:
    """全票池 by the filter of exports.sql."""
    _export(
        connection,
        lambda chosen, progress: export_invoices(connection, file, chosen, lines=lines, progress=progress),
        values,
        {"view": "pool" if lines else "headers"},
        file,
        actor,
    )


def export_batch(connection: Connection, values: Values, file: Path, actor: str) -> None:
    """The invoices that downloads brought: what each changed or could not store, then headers and lines."""
    sheets = [
        (plan("brought"), query("log", "invoices")),
        (plan("invoices"), query("exports", "invoices")),
        (plan("lines"), query("exports", "lines")),
    ]
    _export(
        connection,
        lambda chosen, progress: export_rows(connection, file, sheets, chosen, progress),
        values | {"limit": None},
        {"view": "batch"},
        file,
        actor,
    )


def _export(
    connection: Connection,
    write: Callable[[Values, Progress], int],
    values: Values,
    noted: Values,
    file: Path,
    actor: str,
) -> None:
    organisations = allowed_organisations(connection, actor, "export")
    # what was read so far was another transaction: an export sees one instant
    connection.commit()
    chosen = values | {"organisations": organisations}
    with counted_rows(str(file)) as progress:
        rows = write(chosen, progress)
    note_export(connection, actor, rows, chosen | noted, file)
    said = "export_command.written" if rows else "export_command.nothing"
    print(sentence(said, rows=rows, file=file))
