"""What the codes of a payload mean in the pool, by the translations of fields.yaml; unknown ones stay as they came."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from fapiao.payloads.values import CONVERTERS, UnreadableValue, text
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import Translation
from fapiao.shown import shown


class CodeReader(NamedTuple):
    """One translation, as a kind of payload needs it; `own` where it reads the very field of the column."""

    rule: Translation
    own: bool
    convert: Callable[[object], str | None]
    strict: bool


def read_codes(kind: str, row: Mapping[str, object], values: dict[str, object]) -> None:
    """Translate the codes of a row in place; raises UnreadableValue where an amount or date cannot be read."""
    for reading in _readings(kind):
        rule = reading.rule
        current = values.get(rule.column)
        if reading.own:
            values[rule.column] = _known(rule, current)
        elif rule.overrides:
            values[rule.column] = rule.values.get(_code(row.get(rule.field)), current)
        elif current is None and row.get(rule.field) is not None:
            values[rule.column] = _known(rule, _converted(reading, row[rule.field]))


def _known(rule: Translation, code: object) -> object:
    return rule.values.get(code, code) if isinstance(code, str) else code


def _code(value: object) -> str:
    return text(value) or "" if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _converted(reading: CodeReader, value: object) -> str | None:
    try:
        return reading.convert(value)
    except UnreadableValue as error:
        if reading.strict:
            raise UnreadableValue(f"{reading.rule.field} is {shown(repr(value), 80)}: {error}") from error
        return None


@cache
def _readings(kind: str) -> tuple[CodeReader, ...]:
    fields = load_fields()
    found = ((rule, fields.by_name[rule.column]) for rule in fields.translations if kind in rule.kinds)
    return tuple(
        CodeReader(rule, column.sources.get(kind) == rule.field, CONVERTERS[column.type], column.strict)
        for rule, column in found
    )
