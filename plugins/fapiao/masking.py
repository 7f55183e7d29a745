"""Hides what must not be read in requests and replies that people look at: values of keys that name a secret."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
_NAMES = r"token|password|passwd|pwd|secret|cookie|authorization|api_?key|app_?key|private_?key|access_?key"
_SECRET = re.compile(_NAMES, re.IGNORECASE)
_IN_TEXT = re.compile(rf'("[^"]*(?:{_NAMES})[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*"|[^\s",\[\]{{}}]+)', re.IGNORECASE)


def masked(value: Any) -> Any:
    """The same JSON value with every value under a secret's key hidden, however deep it lies."""
    if isinstance(value, Mapping):
        return {key: HIDDEN if _SECRET.search(str(key)) and inner else masked(inner) for key, inner in value.items()}
    return [masked(inner) for inner in value] if isinstance(value, list | tuple) else value


def masked_body(body: bytes) -> str:
    """A kept reply letter for letter, its secrets hidden; what is no text only by its size."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are no text)"
    return _IN_TEXT.sub(rf'\g<1>"{HIDDEN}"', text)
