"""`./fapiao db`: the pool's URL for psql and other tools, its schema brought up to date, the rights of its roles."""

import argparse
import sys
from urllib.parse import unquote, urlsplit

from psycopg import errors

from fapiao.texts.catalogue import sentence
from hooks.pool.roles import APPLICATION, READER, give_rights
from hooks.pool.sessions import open_session
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE, READER_VARIABLE, given_pool_url
from launcher.logins import Connection, set_password
from launcher.pool import DATABASE, MIGRATING, READING, WORKING, embedded, given, migrate_pool, pool_url
from launcher.postgres import USER

ROLES = {"reader": (READER, READING), "application": (APPLICATION, WORKING), "owner": (USER, MIGRATING)}
"""Who is meant in the embedded server, and by which connections elsewhere."""
LOGINS = {APPLICATION: POOL_VARIABLE, READER: READER_VARIABLE}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One of three things."""
    parser.add_argument(
        "what",
        choices=["url", "migrate", "roles"],
        help=sentence("database.what"),
    )
    parser.add_argument("--role", choices=[*ROLES], default="reader", help=sentence("database.role"))


def run(arguments: argparse.Namespace) -> int:
    """The URL goes to standard output, words to standard error."""
    if arguments.what == "url":
        _print_url(arguments.role)
    elif arguments.what == "roles":
        _give_roles()
    else:
        with pool_url():
            print(sentence("database.up_to_date"))
    return 0


def _print_url(role: str) -> None:
    """A given pool is named, not touched; the embedded one is there afterwards, and runs."""
    name, variables = ROLES[role]
    if url := given(*variables):
        print(url)
        return
    with pool_url(keep_running=True):
        print(embedded().url(DATABASE, name))
    print(sentence("database.keeps_running"), file=sys.stderr)


def _give_roles() -> None:
    """The owner gives the rights; a login of the connections that is one of the roles gets its password."""
    if not (owner := given(*MIGRATING)):
        with pool_url():
            print(sentence("database.embedded_roles", application=APPLICATION, reader=READER))
        return
    migrate_pool(owner)
    with open_session(owner, "roles", autocommit=True) as connection:
        give_rights(connection)
        for role, variable in LOGINS.items():
            _give_login(connection, role, variable)
    print(sentence("database.roles", application=APPLICATION, reader=READER))
    if not given_pool_url(OWNER_VARIABLE):
        names = {"owner_variable": OWNER_VARIABLE, "pool_variable": POOL_VARIABLE, "application": APPLICATION}
        print(sentence("database.name_the_owner", **names), file=sys.stderr)


def _give_login(connection: Connection, role: str, variable: str) -> None:
    parts = urlsplit(given_pool_url(variable) or "")
    if parts.username != role or not parts.password:
        return
    try:
        set_password(connection, role, unquote(parts.password))
    except errors.InsufficientPrivilege as refused:
        why = {"user": connection.info.user, "reason": refused.diag.message_primary}
        print(sentence("database.may_not_change", role=role, variable=variable, **why), file=sys.stderr)
