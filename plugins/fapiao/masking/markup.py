"""XML and HTML inside a text without its secrets: elements, attributes, and escaped texts between the tags."""

import html
import re
from collections.abc import Callable

from fapiao.masking.names import HIDDEN, Hides, hides, without_account

_OPENING = re.compile(r"<([\w:.\-]{1,120})((?:\s[^<>]*)?)>")
_NAMED = re.compile(r"""\b(?:name|key|param|field|id)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_VALUE = re.compile(r"""(\b(?:value|val|content)\s*=\s*)(?:"[^"<>]*"|'[^'<>]*')""", re.IGNORECASE)
_BETWEEN = re.compile("[^<>]+")
_ESCAPED = re.compile("&(?:quot|#34|#x22|apos|#39|lt|amp);")


def without_markup_secrets(text: str, masked: Callable[[str], str]) -> str:
    """The text, what secret elements hold hidden, and every escaped text between tags `masked`."""
    if "<" in text:
        text = "".join(_pieces(text))
    return _BETWEEN.sub(lambda found: _masked_escaped(found[0], masked), text) if "&" in text else text


def _pieces(text: str) -> list[str]:
    found, at = [], 0
    while tag := _OPENING.search(text, at):
        found += [text[at : tag.start()], _tag(tag)]
        at = tag.end()
        what = _what(tag)
        if what and not tag[2].rstrip().endswith("/"):
            end = text.find(f"</{tag[1]}", at)
            end = len(text) if end < 0 else end
            found.append(_hidden(text[at:end], what))
            at = end
    return [*found, text[at:]]


def _what(tag: re.Match[str]) -> Hides | None:
    """What the content of an element hides, by its name or by the name it is given."""
    return hides(tag[1].rpartition(":")[2]) or _given(tag[2])


def _given(attributes: str) -> Hides | None:
    named = _NAMED.search(attributes)
    return hides(named[1] or named[2] or "") if named else None


def _tag(tag: re.Match[str]) -> str:
    if not _given(tag[2]):
        return tag[0]
    return _VALUE.sub(rf'\g<1>"{HIDDEN}"', tag[0])


def _hidden(content: str, what: Hides) -> str:
    if not content.strip():
        return content
    return HIDDEN if what == "value" else without_account(content)


def _masked_escaped(text: str, masked: Callable[[str], str]) -> str:
    if not _ESCAPED.search(text):
        return text
    opened = html.unescape(text)
    inner = masked(opened)
    return text if inner == opened else html.escape(inner)
