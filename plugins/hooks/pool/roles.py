"""The two roles beside the owner of a pool, and what each of them may do: include/sql/roles.sql (ADR 0054)."""

from typing import Any

import psycopg
from psycopg import errors

from fapiao.errors import Unusable
from fapiao.queries import query

APPLICATION = "fapiao_application"
"""What DAGs and commands are: it works the pool, and cannot rewrite its history."""
READER = "fapiao_reader"
"""What people and commands are that only look."""

Connection = psycopg.Connection[Any]


def give_rights(connection: Connection) -> None:
    """Makes the two roles where the server has none of them, and gives them their rights on this database.

    `connection` is the owner's. All or nothing; a second time changes nothing. Raises Unusable where the owner may not
    make roles, or does not own the tables.
    """
    try:
        with connection.transaction():
            connection.execute(query("migrations", "lock"))
            connection.execute(query("roles", "create"))
            connection.execute(query("roles", "grant"))
    except errors.InsufficientPrivilege as refused:
        raise Unusable(
            f"The role {connection.info.user} may not give the roles of the pool their rights "
            f"({refused.diag.message_primary}): let a superuser run include/sql/roles.sql with psql once."
        ) from refused


def renew_rights(connection: Connection) -> None:
    """Gives both roles what the file says now, where they work with this database at all."""
    if rights_are_given(connection):
        connection.execute(query("roles", "grant"))


def rights_are_given(connection: Connection) -> bool:
    """Whether the two roles have rights on this database."""
    row = connection.execute(query("migrations", "rights_are_given")).fetchone()
    return bool(row and row[0])


def may_migrate(connection: Connection) -> bool:
    """Whether the session's role owns the pool, or may make one in an empty database."""
    row = connection.execute(query("migrations", "may_migrate")).fetchone()
    return bool(row and row[0])


def lacks_rights(failure: BaseException) -> str:
    """What is said where the pool refused something for want of a right, with the next step; else nothing."""
    if not isinstance(failure, errors.InsufficientPrivilege):
        return ""
    return (
        f"the role of the connection may not do this in the pool ({failure.diag.message_primary}): name a member of "
        f"{APPLICATION} in invoice_pool; ./fapiao db roles gives it its rights"
    )
