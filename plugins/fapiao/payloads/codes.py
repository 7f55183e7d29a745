"""What the codes of a payload mean in the pool, by the translations of fields.yaml; unknown ones stay as they came."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from fapiao.payloads.values import CONVERTERS, UnreadableValue, text
from fapiao.pool_columns.reading import load_fields
from fapiao.shown import shown


class CodeReader(NamedTuple):
    """One translation, as a kind of payload needs it."""

    column: str
    field: str
    values: Mapping[str, str]
    own: bool
    overrides: bool
    convert: Callable[[object], str | None]
    strict: bool


def read_codes(kind: str, row: Mapping[str, object], values: dict[str, object]) -> None:
    """Translate the codes of a row in place; raises UnreadableValue where an amount or date cannot be read."""
    for reading in _readings(kind):
        current = values.get(reading.column)
        if reading.own:
            values[reading.column] = _known(reading, current)
        elif reading.overrides:
            values[reading.column] = reading.values.get(_code(row.get(reading.field)), current)
        elif current is None and row.get(reading.field) is not None:
            values[reading.column] = _known(reading, _converted(reading, row[reading.field]))


def _known(reading: CodeReader, code: object) -> object:
    return reading.values.get(code, code) if isinstance(code, str) else code


def _code(value: object) -> str:
    return text(value) or "" if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _converted(reading: CodeReader, value: object) -> str | None:
    try:
        return reading.convert(value)
    except UnreadableValue as error:
        if reading.strict:
            raise UnreadableValue(f"{reading.field} is {shown(repr(value), 80)}: {error}") from error
        return None


@cache
def _readings(kind: str) -> tuple[CodeReader, ...]:
    fields = load_fields()
    return tuple(
        CodeReader(
            row.column,
            row.field,
            row.values,
            fields.by_name[row.column].sources.get(kind) == row.field,
            row.overrides,
            CONVERTERS[fields.by_name[row.column].type],
            fields.by_name[row.column].strict,
        )
        for row in fields.translations
        if kind in row.kinds
    )
