"""What the commands about enterprise basics share: reading files, saving, printing what came of it."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from psycopg.rows import dict_row

from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.queries import query
from fapiao.tables.lines import Table
from fapiao.tables.reading import read_tables
from fapiao.texts.catalogue import sentence
from hooks.enterprise.basics import change
from hooks.enterprise.permissions import allowed_organisations
from launcher.connections import LEQI_VARIABLE, bureau_connection
from launcher.guarded_output import print_line
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows


def read_files(paths: Iterable[Path]) -> list[list[Table]]:
    """The tables of every file. Raises BadInput with the complaints about all the files that cannot be read."""
    found, problems = [], []
    for path in paths:
        try:
            found.append(read_tables(path))
        except BadInput as unreadable:
            problems.extend(unreadable.problems)
    if problems:
        raise BadInput(problems)
    return found


def has_leqi_default() -> bool:
    """Whether the leqi connection names a 使用单位 (`sydwptbh`) for taxpayers without a 乐企 id of their own.

    Raises Unusable when the connection cannot be read.
    """
    text = os.environ.get(LEQI_VARIABLE, "").strip()
    return bool(text and bureau_connection(LEQI_VARIABLE, text).extra.get("sydwptbh"))


def save(decide: Callable[[Enterprise], Loaded], actor: str, dry_run: bool = False) -> None:
    """Changes the basics in the actor's name and prints what came of it; warnings go to standard error."""
    with pool_session(actor) as connection:
        loaded = change(connection, decide, actor, dry_run)
    for warning in loaded.warnings:
        print_line(sentence("loading.warning", warning=warning), sys.stderr)
    tallies = [tally for tally in loaded.tallies if tally.new + tally.changed + tally.unchanged]
    for tally in tallies:
        print(tally)
    if loaded.tallies and not tallies:
        print(sentence("loading.no_records"))
    if dry_run:
        print(sentence("loading.dry_run"))


def show(statement: str, shown: tuple[str, ...], actor: str, as_json: bool) -> None:
    """Prints what the actor may see of a named statement of enterprise.sql: a table, or one JSON object a line."""
    with reading_session(row_factory=dict_row) as connection:
        values = {"organisations": allowed_organisations(connection, actor, "view")}
        rows = connection.execute(query("enterprise", statement), values).fetchall()
    print_rows(shown, rows, as_json=as_json)
