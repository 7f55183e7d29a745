"""The start of a pool: migrations, definitions and rule tables are one step, and one starter at a time takes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from fapiao.bounds import bound
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from hooks.pool.migrations import SCHEMA, migrate
from hooks.pool.roles import give_rights, rights_are_given
from hooks.pool.rule_tables import load_rules
from hooks.pool.sessions import giving_up

Connection = psycopg.Connection[Any]


def bring_up_to_date(
    connection: Connection, folder: Path = SCHEMA, rules: RuleBook | None = None, *, roles: bool = False
) -> list[str]:
    """As migrate, then load_rules; no other starter comes in between. Returns what was applied now.

    With `roles` the application and the reader get their rights, unless they have them. `connection` is a session of
    open_session by the owner, with autocommit. One that is killed or frozen inside holds up the next
    for `silent_seconds`; what it committed stays, and the next goes on from there. Raises Unusable as migrate, or
    with who stood in the way where the pool was not to be had.
    """
    book = rules or rulebook()
    with _alone(connection), giving_up(connection, "lock_seconds"):
        applied = migrate(connection, folder)
        load_rules(connection, book)
        if roles and not rights_are_given(connection):
            give_rights(connection)
    return applied


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    connection.execute(query("session", "quiet_end"), {"seconds": bound("silent_seconds").value})
    connection.execute(query("migrations", "limits"), {"lock": bound("start_seconds").value})
    with giving_up(connection, "start_seconds"):
        connection.execute(query("migrations", "hold"))
    try:
        connection.execute(query("migrations", "limits"), {"lock": bound("lock_seconds").value})
        yield
    finally:
        if not connection.closed:
            connection.execute(query("migrations", "let_go"))
            connection.execute(query("session", "quiet_end"), {"seconds": 0})
