"""JSON inside a text, whole or cut, without its secrets; the rest stays letter for letter."""

import json
import re
from collections.abc import Callable

from fapiao.masking.names import HIDDEN, Hides, hides, without_account

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_COLON = re.compile(r"\s*:\s*")
_PLAIN = re.compile(r"[^\s,{}\[\]]*")
_NEXT = re.compile(r'["{}\[\]]')
_NOTHING = frozenset({"null", "true", "false", '""', "[]", "{}", ""})
_NAMED_BY, _VALUED_BY = frozenset({"name", "key", "param", "field"}), frozenset({"value", "val", "content", "text"})


def without_json_secrets(text: str, masked: Callable[[str], str]) -> str:
    """The text, what stands behind a secret's name hidden, every other JSON string `masked`."""
    return "".join(_Reader(text, masked).pieces()) if '"' in text else text


class _Reader:
    """Goes through the strings of a text once, from left to right."""

    def __init__(self, text: str, masked: Callable[[str], str]) -> None:
        self._text, self._masked = text, masked
        self._name = ""
        self._pair: Hides | None = None
        """The name before the next value, and what the pair that is being written out hides."""

    def pieces(self) -> list[str]:
        """The text in pieces."""
        found, at = [], 0
        while (start := self._text.find('"', at)) >= 0:
            found.append(self._text[at:start])
            string = _STRING.match(self._text, start)
            if string is None:
                found += ['"', self._masked(self._text[start + 1 :])]
                return found
            piece, at = self._string(string)
            found.append(piece)
        return [*found, self._text[at:]]

    def _string(self, string: re.Match[str]) -> tuple[str, int]:
        """What becomes of a string, with its value where it is a name; and where the next piece starts."""
        said = decoded(string[0])
        colon = _COLON.match(self._text, string.end())
        if colon is None:
            return self._value(string[0], said), string.end()
        what = hides(said) or (self._pair if said.lower() in _VALUED_BY else None)
        self._name = said.lower()
        if what is None:
            return self._text[string.start() : colon.end()], colon.end()
        end = _end_of_value(self._text, colon.end())
        value = self._text[colon.end() : end]
        return self._text[string.start() : colon.end()] + _hidden(value, what), end

    def _value(self, written: str, said: str) -> str:
        if self._name in _NAMED_BY:
            self._pair = hides(said)
        self._name = ""
        inner = self._masked(said)
        return written if inner == said else json.dumps(inner, ensure_ascii=False)


def decoded(string: str) -> str:
    """What a JSON string says; what is none, as it stands."""
    if "\\" not in string:
        return string[1:-1]
    try:
        return str(json.loads(string, strict=False))
    except ValueError:
        return string[1:-1]


def _end_of_value(text: str, at: int) -> int:
    """Where a value ends; of a cut one the end of the text."""
    if text[at : at + 1] == '"':
        string = _STRING.match(text, at)
        return string.end() if string else len(text)
    if text[at : at + 1] not in ("{", "["):
        plain = _PLAIN.match(text, at)
        return plain.end() if plain else at
    depth = 0
    while sign := _NEXT.search(text, at):
        string = _STRING.match(text, sign.start()) if sign[0] == '"' else None
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(sign[0], 0)
        if sign[0] == '"' and string is None:
            break
        at = string.end() if string else sign.end()
        if depth == 0:
            return at
    return len(text)


def _hidden(value: str, what: Hides) -> str:
    """Nothing, yes and no are no secrets."""
    if value in _NOTHING:
        return value
    if what == "value":
        return f'"{HIDDEN}"'
    without = without_account(value)
    return without if without == value or value[0] in '"[{' else f'"{without}"'
