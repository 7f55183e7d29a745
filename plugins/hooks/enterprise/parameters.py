"""The parameters that are set (invsm_param_configuration)."""

from collections.abc import Mapping
from typing import Any

import psycopg

from fapiao.queries import query

Parameters = Mapping[tuple[str, str], str]


def read_parameters(connection: psycopg.Connection[Any]) -> Parameters:
    """The parameters that are set (invsm_param_configuration), by type and key."""
    rows = connection.execute(query("plan", "parameters")).fetchall()
    return {(kind, key): value for kind, key, value in rows}
