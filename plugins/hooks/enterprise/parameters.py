"""The parameters that are set (invsm_param_configuration)."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from fapiao.enterprise.parameters import parameter
from fapiao.queries import query
from fapiao.rules.book import rulebook

Parameters = Mapping[tuple[str, str], str]


def read_parameters(connection: psycopg.Connection[Any]) -> Parameters:
    """The parameters that are set (invsm_param_configuration), by type and key."""
    rows = connection.cursor(row_factory=tuple_row).execute(query("plan", "parameters")).fetchall()
    return {(kind, key): str(value) for kind, key, value in rows}


def read_parameter(connection: psycopg.Connection[Any], kind: str, key: str) -> str:
    """The value that holds now: what is set, or the default."""
    return parameter(read_parameters(connection), rulebook(), kind, key)
