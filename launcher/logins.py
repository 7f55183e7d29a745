"""The logins of the embedded server beside its superuser: each has a generated password, in a file of its own."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from fapiao.queries import query
from launcher.home import keep_secret, locked

Connection = psycopg.Connection[Any]


def password_file(folder: Path, role: str) -> Path:
    """Where the password of a role lies; only the account that started the server reads it."""
    return folder / f"{role}.password"


def ensure_logins(connection: Connection, folder: Path, roles: Sequence[str]) -> None:
    """Lets each role log in with the password of its file; what is so already is left alone.

    `connection` is the superuser's, with autocommit. A role is made where it is missing, and loses what it has beyond
    its rights on tables.
    """
    with locked(folder.with_name(f"{folder.name}.logins.lock")):
        ready = {name for (name,) in connection.execute(query("server", "logins"), {"roles": list(roles)})}
        for role in roles:
            if role not in ready or not password_file(folder, role).exists():
                _give_login(connection, password_file(folder, role), role)


def _give_login(connection: Connection, file: Path, role: str) -> None:
    """The password goes to the server first: a file that is there is one that lets somebody in."""
    password = secrets.token_urlsafe(24)
    file.unlink(missing_ok=True)
    set_password(connection, role, password)
    keep_secret(file, password)


def set_password(connection: Connection, role: str, password: str) -> None:
    """Makes the role or changes it; the server's log never sees the password itself."""
    secret = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    row = connection.execute(query("server", "login"), {"role": role, "secret": secret}).fetchone()
    if row:
        connection.execute(row[0].encode())


def hand_over(connection: Connection, role: str) -> None:
    """The role owns the database of `connection` and everything in it from now on, and nobody else may enter."""
    for (statement,) in connection.execute(query("server", "hand_over"), {"role": role}).fetchall():
        connection.execute(statement.encode())
