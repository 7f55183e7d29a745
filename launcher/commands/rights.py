"""`./fapiao rights`: who may do what with tasks, by 核算组织 and role."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from fapiao.permissions.grants import read_grants
from fapiao.permissions.rules import ADMINISTER, EVERY_ORGANISATION, permission_rules
from fapiao.queries import query
from hooks.enterprise.permissions import Grant, allowed_organisations, organisations, permissions_of, replace_grants
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import read_files
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows

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
    listed = actions.add_parser("list", help="show every grant")
    listed.add_argument("--json", action="store_true", help="as JSON")
    add_actor(listed)


def run(arguments: argparse.Namespace) -> int:
    """Loads, clears or lists. Raises BadInput with every problem of the files at once."""
    if arguments.action == "list":
        with reading_session() as connection:
            _list(connection, actor_of(arguments), as_json=arguments.json)
        return 0
    with pool_session() as connection:
        files = read_files(arguments.files) if arguments.action == "load" else None
        grants = read_grants(files, organisations(connection)) if files is not None else []
        came, went = replace_grants(connection, grants, actor_of(arguments), dry_run=arguments.dry_run)
    print(f"rights: {came} new, {went} taken back, {len(grants) - came} unchanged")
    if files is not None:
        _say_who_administers(grants, actor_of(arguments))
    if arguments.dry_run:
        print("dry run: nothing was saved")
    return 0


def _say_who_administers(grants: Sequence[Grant], actor: str) -> None:
    """Nobody is locked out without a word: who may change rights from now on (F41)."""
    roles = permission_rules().roles_with(ADMINISTER)
    found = {name for name, organisation, role in grants if organisation == EVERY_ORGANISATION and role in roles}
    if not found:
        print(
            f"note: no record gives {' or '.join(roles)} for {EVERY_ORGANISATION}; until one does, "
            f"{actor}, who loaded these rights, may change them",
            file=sys.stderr,
        )
    elif actor not in found:
        print(f"note: {actor} may not change rights any more, but {', '.join(sorted(found))} may", file=sys.stderr)


def _list(connection: psycopg.Connection, actor: str, *, as_json: bool) -> None:
    everything = permissions_of(connection, actor).organisations(ADMINISTER) is None
    values = {"organisations": None if everything else allowed_organisations(connection, actor, "view")}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("permissions", "list"), values).fetchall()
    print_rows(SHOWN, rows, as_json=as_json)
