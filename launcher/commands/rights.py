"""`./fapiao rights`: who may do what with tasks, by 核算组织 and role."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

import psycopg
from psycopg.rows import dict_row

from fapiao.permissions.grants import read_grants
from fapiao.permissions.rules import ADMINISTER, EVERY_ORGANISATION, permission_rules
from fapiao.queries import query
from fapiao.texts.catalogue import listed, sentence
from hooks.enterprise.permissions import Grant, allowed_organisations, organisations, permissions_of, replace_grants
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import add_load, read_files
from launcher.options import add_json
from launcher.people_table import labelled, show_rows
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows

SHOWN = ("actor", "org_code", "role", "granted_by", "granted_at")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load, list and clear."""
    actions = parser.add_subparsers(dest="action", required=True)
    add_load(actions, sentence("rights_command.load"), sentence("rights_command.files"))
    clear = actions.add_parser("clear", help=sentence("rights_command.clear"))
    clear.add_argument("--dry-run", action="store_true", help=sentence("basics_command.dry_run"))
    shown = actions.add_parser("list", help=sentence("rights_command.list"))
    for one in (clear, shown):
        add_json(one)
        add_actor(one)


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
    _say_counts({"new": came, "taken_back": went, "unchanged": len(grants) - came}, arguments)
    if files is not None:
        _say_who_administers(grants, actor_of(arguments))
    elif not (arguments.json or arguments.dry_run):
        print(sentence("rights_command.nothing"))
    return 0


def _say_counts(counts: Mapping[str, int], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps({**counts, "saved": not arguments.dry_run}))
        return
    came, went, same = counts.values()
    print(sentence("rights_command.changed", came=came, went=went, same=same))
    if arguments.dry_run:
        print(sentence("loading.dry_run"))


def _say_who_administers(grants: Sequence[Grant], actor: str) -> None:
    """Nobody is locked out without a word: who may change rights from now on (F41)."""
    roles = permission_rules().roles_with(ADMINISTER)
    found = {name for name, organisation, role in grants if organisation == EVERY_ORGANISATION and role in roles}
    if not found:
        values = {
            "roles": listed(labelled("role", role) for role in roles),
            "everywhere": EVERY_ORGANISATION,
            "actor": actor,
        }
        print(sentence("rights_command.nobody_administers", **values), file=sys.stderr)
    elif actor not in found:
        print(sentence("rights_command.gave_up", actor=actor, found=listed(sorted(found))), file=sys.stderr)


def _list(connection: psycopg.Connection, actor: str, *, as_json: bool) -> None:
    everything = permissions_of(connection, actor).organisations(ADMINISTER) is None
    values = {"organisations": None if everything else allowed_organisations(connection, actor, "view")}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("permissions", "list"), values).fetchall()
    if as_json:
        print_rows(SHOWN, rows, as_json=True)
    else:
        show_rows("rights", SHOWN, rows, nothing=sentence("rights_command.nothing"))
