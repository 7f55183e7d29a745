"""What the commands about enterprise basics share: reading files, saving, printing what came of it."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from fapiao.enterprise.loading import LoadCounts, Loaded
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.queries import query
from fapiao.tables.lines import Table
from fapiao.tables.reading import read_tables
from fapiao.texts.catalogue import sentence
from hooks.enterprise.basics import change
from hooks.enterprise.permissions import allowed_organisations
from launcher.actor import add_actor
from launcher.connections import LEQI_VARIABLE, bureau_connection
from launcher.guarded_output import print_line
from launcher.options import add_json
from launcher.people_table import show_rows
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


def add_load(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", what: str, files: str
) -> argparse.ArgumentParser:
    """The subcommand load of a command, what it does, and what its files are."""
    load = actions.add_parser("load", help=what)
    load.add_argument("files", nargs="+", type=Path, metavar=sentence("placeholders.file"), help=files)
    load.add_argument("--dry-run", action="store_true", help=sentence("basics_command.dry_run"))
    add_json(load)
    add_actor(load)
    return load


def save(decide: Callable[[Enterprise], Loaded], actor: str, dry_run: bool = False, *, as_json: bool = False) -> None:
    """Changes the basics in the actor's name and prints what came of it; warnings go to standard error."""
    with pool_session(actor) as connection:
        loaded = change(connection, decide, actor, dry_run)
    for warning in loaded.warnings:
        print_line(sentence("loading.warning", warning=warning), sys.stderr)
    say_counts(loaded.tallies, dry_run=dry_run, as_json=as_json)


def say_counts(counted: Sequence[LoadCounts], *, dry_run: bool, as_json: bool) -> None:
    """What a file brought of each kind: a line each, or a JSON object each; nothing where nothing is counted."""
    found = [one for one in counted if one.new + one.changed + one.unchanged]
    for one in found:
        print(json.dumps(asdict(one) | {"saved": not dry_run}, ensure_ascii=False) if as_json else one)
    if as_json:
        return
    if counted and not found:
        print(sentence("loading.no_records"))
    if dry_run:
        print(sentence("loading.dry_run"))


def show(statement: str, shown: tuple[str, ...], actor: str, as_json: bool, *, nothing: str) -> None:
    """Prints what the actor may see of a named statement of enterprise.sql: a table, or one JSON object a line.

    `nothing` is said where there are no rows.
    """
    rows = rows_of(statement, actor)
    if as_json:
        print_rows(shown, rows, as_json=True)
    else:
        show_rows(statement, shown, rows, nothing=nothing)


def rows_of(statement: str, actor: str) -> list[dict[str, Any]]:
    """What the actor may see of a named statement of enterprise.sql. Raises BadInput where he may see nothing."""
    with reading_session(row_factory=dict_row) as connection:
        values = {"organisations": allowed_organisations(connection, actor, "view")}
        return connection.execute(query("enterprise", statement), values).fetchall()
