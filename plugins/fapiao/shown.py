"""Texts as people and the database can take them: nothing unprintable, and no longer than one cares to read."""

import re

MOST_SHOWN = 2000
"""Characters of a text that is shown; where it is kept, it is kept whole."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def shown(text: str, most: int = MOST_SHOWN) -> str:
    """The text with control characters and lone surrogates spelled out, cut after `most` characters."""
    kept = text if len(text) <= most else f"{text[:most]}…（共 {len(text)} 个字符）"
    return storable(kept)


def storable(text: str) -> str:
    r"""The whole text with control characters and lone surrogates spelled out as \uXXXX."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(name: str) -> str:
    r"""A name with everything in it that nobody sees, or that turns what stands beside it, spelled out as \uXXXX."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", name)
