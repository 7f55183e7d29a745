"""Which Postgres a pool may lie in: looked at before the first statement, which an older one may not know."""

from typing import Any

import psycopg

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence

LEAST_SERVER_VERSION = 180000
ENCODING = "UTF8"


def refuse_unfit_server(connection: psycopg.Connection[Any]) -> None:
    """Raises Unusable where the server, which has said both itself, is too old or keeps texts in another encoding."""
    version = connection.info.server_version
    if version < LEAST_SERVER_VERSION:
        raise Unusable(
            f"The pool's Postgres is version {version // 10000}, fapiao needs 18 or newer "
            "(one statement merges and returns old and new rows): point invoice_pool at such a server."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != ENCODING:
        raise Unusable(sentence("database.other_encoding", database=connection.info.dbname, encoding=encoding))
