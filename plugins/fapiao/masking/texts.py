"""Texts of any form without the secrets in them, otherwise letter for letter what they are."""

import re
from collections.abc import Callable

from fapiao.masking import pairs, wrapped
from fapiao.masking.json_texts import without_json_secrets
from fapiao.masking.markup import without_markup_secrets
from fapiao.masking.names import HIDDEN

_DEEPEST = 8
"""Texts within texts; what lies deeper is hidden whole."""
_MOST_TIMES, _LEAST_SIGNS = 30, 1_000_000
"""How often the characters of a text are looked at, at the most; what is left then is hidden whole."""
_STEPS: tuple[Callable[[str, Callable[[str], str]], str], ...] = (
    without_json_secrets,
    without_markup_secrets,
    wrapped.without_percent_secrets,
    wrapped.without_base64_secrets,
)
_SUSPECT = re.compile(r"""[=:：＝"<@%&\\]|(?:[A-Za-z0-9+/_-]{4}){4}|[Bb]earer|[密验口]""")
"""Without any of these a text holds no name and no encoded text."""


def masked_text(text: str) -> str:
    """The text without what stands in it under a secret's name, and without tokens and passwords of addresses."""
    return _Look(max(_LEAST_SIGNS, _MOST_TIMES * len(text))).masked(text, 0)


def masked_body(body: bytes) -> str:
    """A kept reply letter for letter, its secrets hidden; what is no text only by its size."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are no text)"
    return masked_text(text)


class _Look:
    """One look at a text; who wraps texts in texts in all ways at once does not make it endless."""

    def __init__(self, signs: int) -> None:
        self._left = signs

    def masked(self, text: str, depth: int) -> str:
        """The text, `depth` texts deep, without its secrets."""
        if not _SUSPECT.search(text):
            return text
        self._left -= len(text)
        if depth > _DEEPEST or self._left < 0:
            return HIDDEN
        return _without(text, lambda inner: self.masked(inner, depth + 1))


def _without(text: str, within: Callable[[str], str]) -> str:
    for step in _STEPS:
        text = step(text, within)
    return pairs.without_secrets(text)
