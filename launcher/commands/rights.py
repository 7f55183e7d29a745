"""`./fapiao rights`: who may do what with tasks, by 核算组织 and role."""

import argparse
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from fapiao.permissions.grants import read_grants
from fapiao.queries import query
from hooks.enterprise.permissions import organisations, replace_grants
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import read_files
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows

HELP = (
    "rights load FILE...: who may do what, by 核算组织 and role; list, clear; without any, everybody may do everything"
)
SHOWN = ("actor", "org_code", "role", "granted_by", "granted_at")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load, list and clear."""
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser("load", help="make the rights what the files say; all or nothing")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a table actor, org_code (or *), role")
    clear = actions.add_parser("clear", help="take every right back: everybody may do everything again")
    for one in (load, clear):
        one.add_argument("--dry-run", action="store_true", help="check and count, save nothing")
        add_actor(one)
    actions.add_parser("list", help="show every grant").add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Loads, clears or lists. Raises BadInput with every problem of the files at once."""
    if arguments.action == "list":
        with reading_session() as connection:
            _list(connection, as_json=arguments.json)
        return 0
    with pool_session() as connection:
        files = read_files(arguments.files) if arguments.action == "load" else None
        grants = read_grants(files, organisations(connection)) if files is not None else []
        came, went = replace_grants(connection, grants, actor_of(arguments), dry_run=arguments.dry_run)
    print(f"rights: {came} new, {went} taken back, {len(grants) - came} unchanged")
    if arguments.dry_run:
        print("dry run: nothing was saved")
    return 0


def _list(connection: psycopg.Connection, *, as_json: bool) -> None:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("permissions", "list")).fetchall()
    print_rows(SHOWN, rows, as_json=as_json)
