"""The sentences for what msgspec refuses in a rules file: the key, what stands there, and what is allowed."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at (?P<of_key>`key` in )?`\$(?P<path>.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_FIELD = re.compile(r"Object (missing required|contains unknown) field `(.*)`")
_EXPECTED = re.compile(r"Expected `([^`]+)`(?: (.+?))?(?:, got `.+`)?")
_NOT_LISTED = "Invalid enum value "
_WORDS = {
    "str": "a text (put codes in quotes)",
    "int": "a whole number",
    "bool": "true or false",
    "date": "a date like 2025-11-22",
    "array": "a list of texts",
    "object": "a mapping of texts",
    "null": "null",
}
_LIMITS = {">=": "of at least", "<=": "of at most", "of": "of a"}
_SHAPES = (
    "expected sections, each with a list of rows",
    "section {0!r} must be a list of rows",
    "expected a row of keys and values",
)
_ROW, _KEY = 2, 3
"""How many steps lead to a row (section, number) and to a key of it."""
Place = tuple[str | int, ...]
"""Section, number of the row in it, key of the row; as much of it as is known."""


class RowError(ValueError):
    """What a row says against itself, and the key that the sentence is about."""

    def __init__(self, sentence: str, key: str = "") -> None:
        super().__init__(sentence)
        self.key = key


def unknown(key: str, what: str, allowed: Iterable[object], *, listed: bool) -> str:
    """The sentence for a text that is in no list; `listed` where it is one of several under the key."""
    verb = f"names {what}, which is unknown" if listed else f"{what} is unknown"
    return f"{key} {verb}; known are {', '.join(sorted(map(str, allowed)))}"


def closed_list(row: type[msgspec.Struct], key: str) -> list[str]:
    """The values that a key of a row may have."""
    return _allowed(_declared(inspect.type_info(row), (key,)))


def row_of(kind: type[msgspec.Struct], section: str) -> Any:
    """The class of the rows of a section."""
    found = _declared(inspect.type_info(kind), (section, 0))
    return found.cls if isinstance(found, inspect.StructType) else None


def refused(error: msgspec.ValidationError, kind: type[msgspec.Struct], plain: Any) -> tuple[Place, str]:
    """Where an error is, and its sentence; `plain` are the values that were not taken as `kind`."""
    found = _MESSAGE.fullmatch(str(error))
    what, of_key, path = found.group("what", "of_key", "path") if found else (str(error), None, "")
    steps = tuple(name or (int(number) if number.isdigit() else number) for name, number in _STEP.findall(path or ""))
    if isinstance(error.__cause__, RowError):
        return (*steps, error.__cause__.key), str(error.__cause__)
    at = _declared(inspect.type_info(kind), steps)
    if field := _FIELD.fullmatch(what):
        return (*steps, field[2]), _field(field[2], at, in_row=len(steps) == _ROW, missing=field[1][0] == "m")
    if len(steps) <= _ROW:
        return steps, _SHAPES[len(steps)].format(*steps) + _limit(what)
    key, nested = str(steps[_ROW]), len(steps) > _KEY or bool(of_key)
    if what.startswith(_NOT_LISTED):
        allowed = _allowed(_within(at, None) if of_key else at)
        return steps[:_KEY], unknown(key, what.removeprefix(_NOT_LISTED), allowed, listed=nested)
    return steps[:_KEY], _unfit(key, plain[steps[0]][steps[1]][key], what, nested=nested)


def _field(name: str, of: inspect.Type, *, in_row: bool, missing: bool) -> str:
    fields = [one.encode_name for one in of.fields] if isinstance(of, inspect.StructType) else []
    if missing:
        return f"{name} is missing" if in_row else f"section {name!r} is missing"
    what, verb = ("key", "allowed") if in_row else ("section", "known")
    return f"unknown {what} {name!r}; {verb} are {', '.join(sorted(fields))}"


def _unfit(key: str, value: object, what: str, *, nested: bool) -> str:
    """`what` is msgspec's sentence; its names of types are said in words."""
    if isinstance(value, str) and not value.strip():
        return f"{key} is empty"
    if value in ([], {}) or (isinstance(value, dict) and [] in value.values()):
        return f"{key} names nothing"
    found = _EXPECTED.fullmatch(what)
    expected = " or ".join(_WORDS.get(name, name) for name in found[1].split(" | ")) if found else what
    return f"{'each of ' if nested else ''}{key} must be {expected}{_limit(what)}, not {value!r}"


def _limit(what: str) -> str:
    """How large msgspec wants it, or how long."""
    found = _EXPECTED.fullmatch(what)
    return "".join(f" {_LIMITS.get(word, word)}" for word in (found[2] or "").split()) if found else ""


def _declared(type_: inspect.Type, steps: Place) -> inspect.Type:
    for step in steps:
        type_ = _within(type_, step)
    return type_


def _within(type_: inspect.Type, step: str | int | None) -> inspect.Type:
    """The type of what stands under a step; None leads to the keys of a mapping."""
    match type_:
        case inspect.Metadata(type=inner):
            return _within(inner, step)
        case inspect.StructType(fields=fields):
            return next(one.type for one in fields if one.encode_name == step)
        case inspect.DictType(key_type=key, value_type=value):
            return key if step is None else value
        case inspect.VarTupleType(item_type=item):
            return item
    return type_


def _allowed(type_: inspect.Type) -> list[str]:
    match type_:
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
            return _allowed(inner)
        case inspect.LiteralType(values=values):
            return [str(one) for one in values]
        case inspect.UnionType(types=types):
            return [one for each in types for one in _allowed(each)]
        case inspect.IntType(ge=least, le=most):
            return [f"{least} to {most}"]
    return []
