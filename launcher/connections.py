"""Connections as Airflow knows them, read without Airflow: its import alone takes two seconds."""

import json
import os
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from fapiao.boundary import boundary
from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from hooks.bureau.connection import BureauConnection
from launcher.secrets_backend import held_by_backend

POOL_VARIABLE = "AIRFLOW_CONN_INVOICE_POOL"
OWNER_VARIABLE = "AIRFLOW_CONN_INVOICE_POOL_OWNER"
"""Who migrates the pool, where that is not the role that works with it."""
READER_VARIABLE = "AIRFLOW_CONN_INVOICE_POOL_READER"
"""Who only looks, where commands that look shall be nobody else."""
POOL_VARIABLES = (POOL_VARIABLE, OWNER_VARIABLE, READER_VARIABLE)
LEQI_VARIABLE = "AIRFLOW_CONN_LEQI"
GATEWAY_VARIABLE = "AIRFLOW_CONN_BUREAU_GATEWAY"
BUREAU_VARIABLES = (LEQI_VARIABLE, GATEWAY_VARIABLE)
"""乐企, and the gateway to the four other channels."""


def name_of(variable: str) -> str:
    """How Airflow calls the connection that a variable holds."""
    return variable.removeprefix("AIRFLOW_CONN_").lower()


def given_pool_url(variable: str = POOL_VARIABLE) -> str | None:
    """The pool that the user named by a secrets backend or AIRFLOW_CONN_INVOICE_POOL as a libpq URL; None without one.

    The same for its owner and its reader. Raises Unusable when the variable is no Postgres connection. Its text, a
    password perhaps, is never repeated.
    """
    held = held_by_backend(*map(name_of, POOL_VARIABLES)).get(name_of(variable))
    text = held or os.environ.get(variable, "").strip()
    return _read(variable, text) if text else None


def _read(variable: str, text: str) -> str:
    """Whatever is wrong with it is said without a word of it: a password may stand anywhere."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 most commands end before they need a driver

    with boundary(lambda _: Unusable(sentence("database.no_uri", variable=variable))):
        url = _from_json(variable, text) if text.startswith("{") else _from_uri(variable, text)
    with boundary(lambda _: Unusable(sentence("database.no_libpq", variable=variable))):
        conninfo_to_dict(url)
    return url


def _from_uri(variable: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname or not _has_a_port(parts):
        raise Unusable(sentence("database.no_uri", variable=variable))
    options = dict(parse_qsl(parts.query))
    options |= _options(options.pop("__extra__", None))
    return parts._replace(scheme="postgresql", query=urlencode(options)).geturl()


def _has_a_port(parts: SplitResult) -> bool:
    """Whether the port is a number, or none is said."""
    try:
        return parts.port is None or bool(parts.port)
    except ValueError:
        return False


def _from_json(variable: str, text: str) -> str:
    try:
        fields: dict[str, Any] = json.loads(text)
    except ValueError:
        raise Unusable(sentence("database.no_json", variable=variable)) from None
    if fields.get("conn_type") not in ("postgres", "postgresql") or not fields.get("host"):
        raise Unusable(sentence("database.no_fields", variable=variable))
    login, password = (quote(str(fields.get(key) or ""), safe="") for key in ("login", "password"))
    account = f"{login}:{password}@" if password else f"{login}@" if login else ""
    options = urlencode(_options(fields.get("extra")))
    address = f"{fields['host']}:{int(fields.get('port') or 5432)}/{quote(str(fields.get('schema') or login))}"
    return f"postgresql://{account}{address}{'?' if options else ''}{options}"


def _options(extra: Any) -> dict[str, str]:
    """The libpq settings among the extras; the others are for Airflow's hook."""
    fields = json.loads(extra) if isinstance(extra, str) and extra else extra or {}
    known = ("sslmode", "sslrootcert", "sslcert", "sslkey", "options", "connect_timeout", "application_name")
    return {key: str(fields[key]) for key in known if key in fields}


def bureau_connection(variable: str, text: str) -> BureauConnection:
    """The connection to a bureau that a variable holds as a URI or as JSON.

    Raises Unusable when it cannot be read; its text, which holds a key, is never repeated.
    """
    name = name_of(variable)
    try:
        return _bureau_of_json(name, json.loads(text)) if text.startswith("{") else _bureau_of_uri(name, text)
    except (ValueError, AttributeError):
        raise Unusable(sentence("database.no_bureau_connection", variable=variable)) from None


def _bureau_of_json(name: str, fields: dict[str, Any]) -> BureauConnection:
    extra = fields.get("extra") or {}
    port = int(fields["port"]) if fields.get("port") else None
    login, password = (str(fields.get(key) or "") for key in ("login", "password"))
    known = json.loads(extra) if isinstance(extra, str) else dict(extra)
    return BureauConnection(name, fields.get("host"), fields.get("schema"), port, login, password, known)


def _bureau_of_uri(name: str, text: str) -> BureauConnection:
    """The host may carry a scheme of its own, quoted or not."""
    rest = text.partition("://")[2]
    parts = urlsplit(rest if "://" in rest.partition("?")[0] else f"//{rest}")
    host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    options: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    return BureauConnection(
        name,
        f"{parts.scheme}://{host}" if parts.scheme else host,
        unquote(parts.path[1:]),
        parts.port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        json.loads(options["__extra__"]) if "__extra__" in options else options,
    )
