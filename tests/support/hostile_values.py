"""Raw bytes that an answer of tests/hostile_answers/answers.yaml names by small builders, and JSON with such bytes in it."""

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

Value = Any
"""A text (its UTF-8), or one builder with its parameters, as the data says it."""


class Raw:
    """Stands in a structure for bytes that are written as they are."""

    def __init__(self, content: bytes) -> None:
        self.content = content


def content(value: Value) -> bytes:
    """The bytes that a value of the data stands for."""
    if not isinstance(value, Mapping):
        return str(value).encode()
    ((name, parameters),) = value.items()
    return BUILDERS[name](parameters)


def written(value: Any) -> bytes:
    """JSON with every Raw in it as its own bytes."""
    found: list[bytes] = []

    def mark(raw: Raw) -> str:
        found.append(raw.content)
        return f"\ue000{len(found) - 1}\ue001"

    text = json.dumps(value, default=mark, ensure_ascii=False).encode()
    for number, one in enumerate(found):
        text = text.replace(f'"\ue000{number}\ue001"'.encode(), one)
    return text


def _deep(parameters: list[Any]) -> bytes:
    opening, middle, closing, times = parameters
    return str(opening).encode() * times + str(middle).encode() + str(closing).encode() * times


def _bomb(megabytes: int) -> bytes:
    """A gzip stream of spaces behind an opening bracket: small on the wire."""
    megabyte = b" " * 2**20
    packed = gzip.compress(megabyte)  # streams that follow one another are one stream
    return gzip.compress(b"[") + packed * megabytes + gzip.compress(b"]")


BUILDERS: dict[str, Callable[[Any], bytes]] = {
    "hex": bytes.fromhex,
    "gbk": lambda text: text.encode("gbk"),
    "utf16": lambda text: text.encode("utf-16"),
    "bom": lambda value: b"\xef\xbb\xbf" + content(value),
    "repeat": lambda parameters: content(parameters[0]) * parameters[1],
    "quoted": lambda value: b'"' + content(value) + b'"',
    "deep": _deep,
    "join": lambda parts: b"".join(map(content, parts)),
    "gzip": lambda value: gzip.compress(content(value)),
    "bomb": _bomb,
}
