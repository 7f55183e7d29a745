"""Where a secret or a whole bank account can be read that a run has used: texts, files, and rows of the pool."""

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from simulator.gateway.credentials import APP_SECRET

Connection = psycopg.Connection[Any]
_TOKENS = 12
"""So many tokens of either kind are looked for, the first ones: what hides them hides the later ones, and a pattern
costs its time in every row."""
_ACCOUNTS = (
    "SELECT DISTINCT account FROM pool.document, unnest(ARRAY[seller_bank_account, buyer_bank_account]) AS account"
    " WHERE account ~ '[0-9]{12}'"
)
_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables"
    " WHERE table_type = 'BASE TABLE' AND table_schema IN ('sync', 'enterprise', 'pool')"
)
_OF_WORK = "sync"
"""The schema that tells of work; the rows of `pool` are what documents say, and bank accounts are part of them."""


KEEPERS = ("secrets", "postgres", "passwords.json")
"""What keeps secrets in a home, readable by its owner alone: beside them nothing may."""


def kept_secrets(home: Path) -> list[str]:
    """The keys and passwords that an installation has made for itself."""
    files = (file for file in (home / "secrets").iterdir() if file.suffix != ".lock")
    return [text for file in files if (text := file.read_text(encoding="ascii").strip())]


def simulated_secrets(*more: str) -> list[str]:
    """What the simulator knows: its app secret and its tokens; and what else a run uses."""
    numbers = range(1, _TOKENS + 1)
    tokens = (sha256(f"{name}|{n}".encode()).hexdigest() for name in ("app_token", "access_token") for n in numbers)
    return [APP_SECRET, *tokens, *more]


def spellings(secret: str) -> Iterator[str]:
    """Every spelling in which it might be read."""
    yield from {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode()}


def leaks_in_text(text: str, secrets: Iterable[str]) -> list[str]:
    """Which of the secrets can be read, with what stands around the first of each."""
    found = ((secret, text.find(one)) for secret in secrets for one in spellings(secret))
    return [f"{secret[:4]}… in …{text[max(0, at - 60) : at + 20]}…" for secret, at in found if at >= 0]


def leaks_in_files(folder: Path, secrets: Collection[str], but: Collection[str]) -> list[str]:
    """The files below a folder in which one of the secrets can be read; `but` are the names of those that keep them."""
    words = sorted({one.encode() for secret in secrets for one in spellings(secret)})
    pattern = re.compile(b"|".join(map(re.escape, words)))
    found = []
    for file in folder.rglob("*"):
        kept = set(file.relative_to(folder).parts) & set(but)
        if not kept and file.is_file() and not file.is_symlink() and (hit := pattern.search(file.read_bytes())):
            found.append(f"{file.relative_to(folder)}: {hit[0][:4]!r}…")
    return found


def leaks_in_pool(connection: Connection, secrets: Collection[str]) -> list[str]:
    """The tables with a row in which one of the secrets can be read, raw replies included."""
    words = [f"%{one}%" for secret in secrets for one in spellings(secret)]
    words += [f"%{secret.encode().hex()}%" for secret in secrets]
    return [f"{schema}.{name}" for schema, name in _tables(connection) if _said(connection, schema, name, words)]


def accounts_in_pool(connection: Connection) -> list[str]:
    """The long numbers of the bank accounts that documents of the pool carry."""
    rows = connection.cursor(row_factory=psycopg.rows.tuple_row).execute(_ACCOUNTS).fetchall()
    return sorted({number for (account,) in rows for number in re.findall("[0-9]{12,}", account)})


def accounts_in_messages(connection: Connection, accounts: Collection[str]) -> list[str]:
    """The tables that tell of work and show a whole bank account all the same."""
    words = [f"%{account}%" for account in accounts]
    tables = [one for one in _tables(connection) if one[0] == _OF_WORK]
    return [f"{schema}.{name}" for schema, name in tables if words and _said(connection, schema, name, words)]


def _tables(connection: Connection) -> list[tuple[str, str]]:
    return connection.cursor(row_factory=psycopg.rows.tuple_row).execute(_TABLES).fetchall()


def _said(connection: Connection, schema: str, name: str, words: list[str]) -> bool:
    question = sql.SQL("SELECT EXISTS (SELECT FROM {} AS t WHERE t::text LIKE ANY (%s))").format(
        sql.Identifier(schema, name)
    )
    row = connection.cursor(row_factory=psycopg.rows.tuple_row).execute(question, [words]).fetchone()
    return bool(row and row[0])
