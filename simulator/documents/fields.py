"""The field names of each payload table, read once from fields.toml, and the rows made of them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLES = Path(__file__).with_name("fields.toml")
STAR = "*"


@cache
def tables() -> dict[str, dict[str, tuple[str, ...]]]:
    """Table → part → field names with their stars, in the specification's order."""
    with TABLES.open("rb") as file:
        return {
            name: {part: tuple(fields.split()) for part, fields in parts.items()}
            for name, parts in tomllib.load(file).items()
        }


@cache
def names(table: str, part: str = "head") -> tuple[str, ...]:
    """Field names without stars."""
    return tuple(name.rstrip(STAR) for name in tables()[table][part])


@cache
def required(table: str, part: str = "head") -> tuple[str, ...]:
    """Names of the mandatory fields."""
    return tuple(name.rstrip(STAR) for name in tables()[table][part] if name.endswith(STAR))


@cache
def _blank(table: str, part: str) -> dict[str, object]:
    return dict.fromkeys(names(table, part), "")


def row(table: str, part: str, values: Mapping[str, object]) -> dict[str, object]:
    """One object with every field of the part, the unknown ones empty; KeyError for a name the table does not have."""
    blank = _blank(table, part)
    strangers = values.keys() - blank.keys()
    if strangers:
        raise KeyError(f"{table}.{part} has no field {', '.join(sorted(strangers))}")
    return {**blank, **values}
