"""What the commands about enterprise basics share: reading files, saving, printing what came of it."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from psycopg.rows import dict_row

from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput, Unusable
from fapiao.queries import query
from fapiao.tables.lines import Table
from fapiao.tables.reading import read_tables
from hooks.enterprise.basics import change
from launcher.connections import LEQI_VARIABLE
from launcher.pool import pool_session
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

    Read without Airflow, whose import alone takes a second. Raises Unusable when the connection cannot be read; its
    text, which holds a key, is never repeated.
    """
    text = os.environ.get(LEQI_VARIABLE, "").strip()
    try:
        extra = _json_extra(text) if text.startswith("{") else _uri_extra(text)
    except (ValueError, AttributeError):
        raise Unusable(f"{LEQI_VARIABLE} is neither a URI nor JSON as Airflow writes it: check its quotes.") from None
    return bool(extra.get("sydwptbh"))


def _json_extra(text: str) -> dict[str, Any]:
    extra = json.loads(text).get("extra") or {}
    return json.loads(extra) if isinstance(extra, str) else extra


def _uri_extra(text: str) -> dict[str, Any]:
    options: dict[str, Any] = dict(parse_qsl(urlsplit(text).query))
    return {**options, **json.loads(options.pop("__extra__", "{}"))}


def save(decide: Callable[[Enterprise], Loaded], dry_run: bool = False) -> None:
    """Changes the basics in the pool and prints what came of it; warnings go to standard error."""
    with pool_session() as connection:
        loaded = change(connection, decide, getpass.getuser(), dry_run)
    for warning in loaded.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    tallies = [tally for tally in loaded.tallies if tally.new + tally.changed + tally.unchanged]
    for tally in tallies:
        print(tally)
    if loaded.tallies and not tallies:
        print("no records: nothing is changed")
    if dry_run:
        print("dry run: nothing was saved")


def show(statement: str, shown: tuple[str, ...], as_json: bool) -> None:
    """Prints the rows of a named statement of enterprise.sql as a table, or one JSON object a line."""
    with pool_session(row_factory=dict_row) as connection:
        rows = connection.execute(query("enterprise", statement)).fetchall()
    print_rows(shown, rows, as_json=as_json)
