"""JSON inside a text, whole or cut, without its secrets; the rest stays letter for letter."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from fapiao.masking.names import HIDDEN, NAMED_BY, NOTHING, VALUED_BY, Hides, hides, without_account
from fapiao.masking.spans import Pairs, Span, rewritten

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_COLON = re.compile(r"\s*:\s*")
_PLAIN = re.compile(r"[^\s,{}\[\]]*")
_NEXT = re.compile(r'["{}\[\]]')


def without_json_secrets(text: str, masked: Callable[[str], str]) -> str:
    """The text, what stands behind a secret's name hidden, every other JSON string `masked`."""
    if '"' not in text:
        return text
    reader = _JsonReader(text)
    reader.read()
    strings = [Span(start, end, lambda string: _masked(string, masked)) for start, end in reader.strings]
    return rewritten(text, [*reader.secrets, *strings])


@dataclass(slots=True)
class _Container(Pairs):
    """An object or list that is not at its end; `is_value` where it is the value of a pair."""

    start: int = 0
    is_value: bool = False


class _JsonReader:
    """Goes through the signs of a text once, from left to right: where its secrets are, and its other strings."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._name, self._value_at = "", -1
        """The name before the next value, and where the value of a pair starts."""
        self._open = [_Container()]
        self.secrets: list[Span] = []
        self.strings: list[tuple[int, int]] = []

    def read(self) -> None:
        """All of it; what is open at the end of a cut text ends there."""
        at = 0
        while sign := _NEXT.search(self._text, at):
            at = self._sign(sign)
        for _ in range(len(self._open)):
            self._close(len(self._text))

    def _sign(self, sign: re.Match[str]) -> int:
        """Where to go on behind a sign."""
        if sign[0] == '"':
            return self._string(sign.start())
        if sign[0] in "{[":
            start = sign.start()
            self._open.append(_Container(self._open[-1].hides, start=start, is_value=start == self._value_at))
        else:
            self._close(sign.end())
        return sign.end()

    def _close(self, end: int) -> None:
        closed = self._open.pop()
        self.secrets += closed.hidden(_hidden)
        if not self._open:
            self._open = [_Container()]
        if closed.is_value:
            self._open[-1].values.append((closed.start, end))

    def _string(self, start: int) -> int:
        string = _STRING.match(self._text, start)
        end = string.end() if string else len(self._text)
        said = decoded(string[0]) if string else ""
        colon = _COLON.match(self._text, end) if string else None
        if colon:
            return self._named(said, colon.end())
        self._value(said, start, end, is_cut=string is None)
        return end

    def _named(self, said: str, at: int) -> int:
        """A name whose value starts there; where to go on: behind a value that is hidden, or is no text."""
        self._name = said.lower()
        what = hides(said)
        if what:
            end = _end_of_value(self._text, at)
            self.secrets.append(Span(at, end, lambda value: _hidden(value, what)))
            return end
        if self._name not in VALUED_BY:
            return at
        self._value_at = at
        plain = _PLAIN.match(self._text, at)
        if plain is None or self._text[at : at + 1] in ('"', ""):
            return at
        self._open[-1].values.append(plain.span())
        return plain.end()

    def _value(self, said: str, start: int, end: int, *, is_cut: bool) -> None:
        if self._name in NAMED_BY:
            self._open[-1].hides = self._open[-1].hides or hides(said)
        if start == self._value_at:
            self._open[-1].values.append((start, end))
        self._name = ""
        self.strings.append((start + is_cut, end))


def _masked(written: str, masked: Callable[[str], str]) -> str:
    """A string as it stands, or the rest of a cut one."""
    if not _STRING.fullmatch(written):
        return masked(written)
    said = decoded(written)
    inner = masked(said)
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
    if value in NOTHING:
        return value
    if what == "value":
        return f'"{HIDDEN}"'
    without = without_account(value)
    return without if without == value or value[0] in '"[{' else f'"{without}"'
