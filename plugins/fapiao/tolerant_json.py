"""JSON of the bureau, read exactly or not at all: decimals as written, and one bad element leaves its neighbours alone.

Reading is tolerant where the text is taken apart and strict where a value is judged: bytes that are no UTF-8, lone
surrogates, NUL characters, NaN and Infinity, a key that comes twice and depths nobody can follow cannot be kept as they
came, so the element that holds one says so and keeps its text.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from fapiao.bounds import bound
from fapiao.shown import shown, storable

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""A text or a sign of structure; a text that does not end is one too, so that nobody looks for its end again."""
_MEMBER = re.compile(r'\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*:(.*)', re.DOTALL)
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MOST_OF_A_VALUE = 80
T = TypeVar("T")
_MARK = "\ufeff"
"""The byte order mark, which is none of the text (RFC 8259 §8.1)."""


class UnreadableJson(ValueError):
    """The text is not what it must be; the message says where and why, and is short enough to be read."""


class BrokenRow(dict[str, Any]):
    """A row that cannot be stored exactly: what can be read of it, the reason why, and its text."""

    def __init__(self, fields: Mapping[str, Any], reason: str, text: str) -> None:
        super().__init__(fields)
        self.reason = reason
        self.text = text


def text_of(written: bytes) -> str:
    """The text of bytes that should be UTF-8; those that are not come as lone surrogates, to be found again."""
    return without_mark(written.decode("utf-8", "surrogateescape"))


def without_mark(text: str) -> str:
    """The text without byte order marks and blanks before it."""
    return text.lstrip(f"{_MARK} \t\r\n") if text[:1] == _MARK else text


def bytes_of(text: str) -> bytes:
    """The bytes that `text_of` was given."""
    return text.encode("utf-8", "surrogateescape")


def members(text: str) -> dict[str, str]:
    """The members of an object as they are written. Raises UnreadableJson, also where a name comes twice."""
    found: dict[str, str] = {}
    for piece in _pieces(text, "{"):
        member = _MEMBER.fullmatch(piece)
        if member is None:
            raise UnreadableJson(f"a member of the object is not written as JSON: {_shortly(piece)}")
        name = str(value_of(member[1]))
        if name in found:
            raise UnreadableJson(f"{_shortly(name)} stands twice in one object")
        found[name] = member[2].strip()
    return found


def elements(text: str) -> list[Any]:
    """The elements of an array, each a value or a BrokenRow. Raises UnreadableJson where it is no array that ends."""
    whole = _read_whole(text, list, "array")
    return [_element(piece.strip()) for piece in _pieces(text, "[")] if whole is None else whole


def fields(text: str) -> dict[str, Any]:
    """An object whose lists may hold BrokenRow. Raises UnreadableJson where its own field cannot be stored exactly."""
    whole = _read_whole(text, dict, "object")
    if whole is not None:
        return whole
    return {name: elements(one) if one.startswith("[") else _field(name, one) for name, one in members(text).items()}


def _read_whole(text: str, kind: type[T], name: str) -> T | None:
    """The value of a text without a flaw; None where one of its parts has one, and the others can be read."""
    if _is_suspect(text):
        return None
    try:
        whole = value_of(text)
    except UnreadableJson:
        return None
    if not isinstance(whole, kind):
        raise UnreadableJson(f"it is not a JSON {name}")
    return whole


def value_of(text: str) -> Any:
    """One value, decimals as they were written. Raises UnreadableJson."""
    hold_against_values(text.count(","))
    try:
        found = _strictly(without_mark(text))
    except UnreadableJson:
        raise
    except RecursionError:
        raise UnreadableJson(bound("json_depth").said()) from None
    except json.JSONDecodeError as broken:
        place = _shortly(text[broken.pos : broken.pos + _MOST_OF_A_VALUE])
        raise UnreadableJson(f"it is no JSON at character {broken.pos + 1}: {broken.msg}, {place}") from None
    except ValueError:
        raise UnreadableJson("a number has more digits than can be read") from None
    _hold_against_depth(found)
    if _is_suspect(text):
        for place, value in _unstorable(found):
            raise UnreadableJson(f"{place or 'it'} holds {_what(value)}: {_shortly(value)}")
    return found


def hold_against_values(commas: int) -> None:
    """Raises UnreadableJson for a text with more values than are read: there is no more than one for each comma."""
    most = bound("json_values")
    if commas > most.value:
        raise UnreadableJson(most.said())


def _hold_against_depth(value: Any) -> None:
    """Raises UnreadableJson for lists and objects in one another, deeper than is read."""
    level, depth = [value], bound("json_depth")
    for _ in range(depth.value + 1):
        level = [one for inner in level for one in _inner(inner) if isinstance(one, dict | list)]
        if not level:
            return
    raise UnreadableJson(depth.said())


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _is_suspect(text: str) -> bool:
    """Whether a character may stand in it that cannot be stored: then it is looked at closely."""
    if "\x00" in text or ("\\u" in text and _SUSPECT_ESCAPE.search(text)):
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise UnreadableJson(f"{_shortly(twice)} stands twice in one object")
    return found


def _no_number(name: str) -> None:
    raise UnreadableJson(f"{name} is no number that can be stored")


_strictly = partial(json.loads, parse_float=str, parse_constant=_no_number, object_pairs_hook=_unique)
_loosely = partial(json.loads, parse_float=str, parse_constant=str, strict=False)


def _element(text: str) -> Any:
    try:
        return value_of(text)
    except UnreadableJson as reason:
        return BrokenRow(_what_can_be_read(text), str(reason), storable(text))


def _field(name: str, text: str) -> Any:
    try:
        return value_of(text)
    except UnreadableJson as reason:
        raise UnreadableJson(f"{_shortly(name)}: {reason}") from None


def _what_can_be_read(text: str) -> Mapping[str, Any]:
    try:
        found = _storable(_loosely(text))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def _unstorable(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Where texts stand that cannot be stored, names among them."""
    if isinstance(value, str) and _UNSTORABLE.search(value):
        yield place, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _unstorable(name, f"the name {_shortly(name)}")
            yield from _unstorable(one, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _unstorable(one, f"{place}[{position}]")


def _what(value: str) -> str:
    found = _UNSTORABLE.search(value)
    if found is None or found[0] == "\x00":
        return "a NUL character"
    return "bytes that are not UTF-8" if "\udc80" <= found[0] <= "\udcff" else "half a character (a lone surrogate)"


def _pieces(text: str, opening: str) -> Iterator[str]:
    """What stands between the commas of the outermost brackets. Raises UnreadableJson where that is not all."""
    text = without_mark(text)
    hold_against_values(text.count(","))
    depth = start = 0
    if text.lstrip()[:1] != opening:
        raise UnreadableJson(f"it is not a JSON {'object' if opening == '{' else 'array'}: {_shortly(text)}")
    for found in _TOKEN.finditer(text):
        sign = found[0][:1]
        if sign in "[{":
            depth += 1
            start = found.end() if depth == 1 else start
        elif sign in "]}":
            depth -= 1
        if (sign == "," and depth == 1) or (sign in "]}" and depth == 0):
            if (piece := text[start : found.start()]).strip() or sign == ",":
                yield piece
            start = found.end()
        if depth == 0:
            _hold_against_rest(text, start)
            return
    raise UnreadableJson(f"it ends in the middle, after {len(text)} characters")


def _hold_against_rest(text: str, end: int) -> None:
    """Two texts one after another, or a page around one, are no answer that anybody can choose from."""
    if rest := text[end:].strip():
        raise UnreadableJson(f"something stands behind its end: {_shortly(rest)}")


def _shortly(value: str) -> str:
    return repr(shown(value, _MOST_OF_A_VALUE)).replace("\\\\", "\\")
