"""Texts as people and the database can take them: nothing that nobody sees, and no longer than one cares to read."""

import re

MOST_SHOWN = 2000
"""Characters of a text that is shown; where it is kept, it is kept whole."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_TURNING = (
    "\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
"""Controls, marks of direction, joiners, separators of lines, blanks without width, tags (Cc, Cf, Cs, Zl, Zp)."""
_UNSEEN = re.compile(f"[\x00-\x1f{_TURNING}]")
_UNSEEN_IN_LINES = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{_TURNING}]|\r(?!\n)")


def shown(text: str, most: int = MOST_SHOWN) -> str:
    """The text with what nobody sees spelled out, lines and tabs as they are, cut after `most` characters."""
    kept = text if len(text) <= most else f"{text[:most]}…（共 {len(text)} 个字符）"
    return visible_lines(kept)


def storable(text: str) -> str:
    r"""The whole text with control characters and lone surrogates spelled out as \uXXXX."""
    return _UNPRINTABLE.sub(_spelled, text)


def visible(text: str) -> str:
    r"""One line: what nobody sees, what moves the cursor or turns what stands beside it is spelled out as \uXXXX."""
    return text if text.isprintable() else _UNSEEN.sub(_spelled, text)


def visible_lines(text: str) -> str:
    r"""As `visible`, but line breaks and tabs stay. JSON stays the same JSON, for \uXXXX is its own spelling."""
    return text if text.isprintable() else _UNSEEN_IN_LINES.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
