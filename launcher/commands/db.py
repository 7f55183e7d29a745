"""`./fapiao db`: the pool's URL for psql and other tools, its schema brought up to date, the rights of its roles."""

import argparse
import sys
from urllib.parse import unquote, urlsplit

from psycopg import errors

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
        help="url: a libpq URL, password included; roles: who works and who looks, as include/sql/roles.sql has it",
    )
    parser.add_argument(
        "--role", choices=[*ROLES], default="reader", help="url: whose; default reader, who cannot change anything"
    )


def run(arguments: argparse.Namespace) -> int:
    """The URL goes to standard output, words to standard error."""
    if arguments.what == "url":
        _print_url(arguments.role)
    elif arguments.what == "roles":
        _give_roles()
    else:
        with pool_url():
            print("The pool is up to date.")
    return 0


def _print_url(role: str) -> None:
    """A given pool is named, not touched; the embedded one is there afterwards, and runs."""
    name, variables = ROLES[role]
    if url := given(*variables):
        print(url)
        return
    with pool_url(keep_running=True):
        print(embedded().url(DATABASE, name))
    print("The embedded Postgres keeps running; ./fapiao down stops it.", file=sys.stderr)


def _give_roles() -> None:
    """The owner gives the rights; a login of the connections that is one of the roles gets its password."""
    if not (owner := given(*MIGRATING)):
        with pool_url():
            print(f"The embedded pool is worked by {APPLICATION} and read by {READER}.")
        return
    migrate_pool(owner)
    with open_session(owner, "roles", autocommit=True) as connection:
        give_rights(connection)
        for role, variable in LOGINS.items():
            _give_login(connection, role, variable)
    print(f"{APPLICATION} works this pool, {READER} reads it.")
    if not given_pool_url(OWNER_VARIABLE):
        print(
            f"Name the owner by {OWNER_VARIABLE} from now on, and a member of {APPLICATION} by {POOL_VARIABLE}.",
            file=sys.stderr,
        )


def _give_login(connection: Connection, role: str, variable: str) -> None:
    parts = urlsplit(given_pool_url(variable) or "")
    if parts.username != role or not parts.password:
        return
    try:
        set_password(connection, role, unquote(parts.password))
    except errors.InsufficientPrivilege as refused:
        print(
            f"{connection.info.user} may not change {role} ({refused.diag.message_primary}): "
            f"let a superuser give it the login and the password of {variable}.",
            file=sys.stderr,
        )
