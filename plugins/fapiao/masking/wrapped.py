"""Texts in another spelling: base64, and percent-encoded as addresses and forms have them."""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import quote, unquote, unquote_plus

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_WORD = re.compile(r"""[^\s&=?#"'<>;,]+""")
_PERCENT = re.compile("%[0-9A-Fa-f]{2}")


def without_base64_secrets(text: str, masked: Callable[[str], str]) -> str:
    """The text, every run of base64 in it that is a text of its own `masked`."""
    return _BASE64.sub(lambda found: _masked_run(found[0], masked), text)


def _masked_run(text: str, masked: Callable[[str], str]) -> str:
    opened = _opened(text)
    inner = opened and masked(opened)
    return text if not inner or inner == opened else base64.b64encode(inner.encode()).decode("ascii")


def _opened(text: str) -> str | None:
    """What base64 says; None where it is none of a text."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        opened = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return opened if opened.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else None


def without_percent_secrets(text: str, masked: Callable[[str], str]) -> str:
    """The text, each of its percent-encoded words without secrets; one that has none stays letter for letter."""
    if "%" not in text:
        return text
    return _WORD.sub(lambda found: _masked_word(found[0], masked), text)


def _masked_word(word: str, masked: Callable[[str], str]) -> str:
    if not _PERCENT.search(word):
        return word
    opened = unquote_plus(word)
    inner = masked(opened)
    return word if inner == opened else quote(inner, safe="*")


def unquoted(name: str) -> str:
    """A name as it is meant."""
    return unquote(name) if "%" in name else name
