"""Asks the Airflow of its environment for connections by name: `connection_reader.py FD all|backend NAME…`."""

import json
import os
import sys
from typing import Any

from airflow.configuration import ensure_secrets_loaded
from airflow.secrets import DEFAULT_SECRETS_SEARCH_PATH


def main(words: list[str]) -> int:
    """Writes an object of JSON texts by name to FD; a connection that nobody knows is left out."""
    target, who, *names = words
    backends = ensure_secrets_loaded()
    if who == "backend":
        backends = backends[: -len(DEFAULT_SECRETS_SEARCH_PATH)]
    found = {name: text for name in names if (text := _known(name, backends))}
    with os.fdopen(int(target), "w", encoding="utf-8") as answer:
        json.dump(found, answer)
    return 0


def _known(name: str, backends: list[Any]) -> str:
    """As Airflow looks, but a backend that fails is no answer: behind it may stand the real bureau."""
    asked = (backend.get_connection(conn_id=name) for backend in backends)
    one = next((found for found in asked if found), None)
    if one is None:
        return ""
    fields: dict[str, Any] = {"conn_type": one.conn_type, "host": one.host, "schema": one.schema, "port": one.port}
    fields |= {"login": one.login, "password": one.password, "extra": one.extra_dejson}
    return json.dumps({key: value for key, value in fields.items() if value not in (None, "")}, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
