"""The oldest Postgres that a pool may lie in; asked before the first statement, which an older one may not know."""

from typing import Any

import psycopg

from fapiao.errors import Unusable

LEAST_SERVER_VERSION = 180000


def refuse_old_server(connection: psycopg.Connection[Any]) -> None:
    """Raises Unusable where the server, which has said its version itself, is too old."""
    version = connection.info.server_version
    if version < LEAST_SERVER_VERSION:
        raise Unusable(
            f"The pool's Postgres is version {version // 10000}, fapiao needs 18 or newer "
            "(one statement merges and returns old and new rows): point invoice_pool at such a server."
        )
