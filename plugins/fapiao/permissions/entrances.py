"""The way in of a command or a run: which rows of rights.yaml speak of it; whatever none speaks of is refused."""

from collections.abc import Mapping
from typing import Any

from fapiao.errors import Unusable
from fapiao.permissions.rules import Entrance, PermissionRules, permission_rules

CALENDAR_DAGS = "CHANNEL__JOB"
"""The name under which every DAG of the calendar stands."""


def entrances(kind: str, name: str, filled: Mapping[str, Any], rules: PermissionRules | None = None) -> list[Entrance]:
    """The rows of the options or fields that are filled in, `files --out`, `selection retry`; else that of the name.

    Raises Unusable for what no row speaks of.
    """
    known = (rules or permission_rules()).entrances
    if (kind, name) not in known:
        raise Unusable(f"{kind} {name} has no row among the entrances of include/rules/rights.yaml: nobody may use it")
    of_options = [
        row
        for (row_kind, row_name), row in known.items()
        if row_kind == kind and (option := _option(kind, name, row_name)) and _is_filled(filled.get(option))
    ]
    return of_options or [known[kind, name]]


def _is_filled(value: object) -> bool:
    """As a form reads it: a text, or a list of texts, without a letter or digit says nothing."""
    if isinstance(value, list | tuple):
        return any(map(_is_filled, value))
    return any(map(str.isalnum, value)) if isinstance(value, str) else bool(value)


def _option(kind: str, name: str, row_name: str) -> str | None:
    """The option of a command or the field of a form that a row adds to the name; None where it adds none."""
    front, _, last = row_name.rpartition(" ")
    if front != name or (kind == "command" and not last.startswith("--")):
        return None
    return last.removeprefix("--").replace("-", "_")


def name_of_dag(dag_id: str) -> str:
    """The name that a DAG stands under: those of the calendar under one."""
    return CALENDAR_DAGS if "__" in dag_id else dag_id
