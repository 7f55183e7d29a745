"""XML and HTML inside a text without its secrets: elements, attributes, and escaped texts between the tags."""

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from fapiao.masking.names import HIDDEN, NAMED_BY, VALUED_BY, Hides, hides, without_account
from fapiao.masking.spans import Pairs, Span, rewritten

_TAG = re.compile(r"<(/?)([\w:.\-]{1,120})((?:\s[^<>]*)?)>")
_NAMED = re.compile(r"""\b(?:name|key|param|field|id)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_VALUE = re.compile(r"""(\b(?:value|val|content)\s*=\s*)(?:"[^"<>]*"|'[^'<>]*')""", re.IGNORECASE)
_BETWEEN = re.compile("[^<>]+")
_ESCAPED = re.compile("&(?:quot|#34|#x22|apos|#39|lt|amp);")
_LONGEST = 400
"""What an element holds that is longer names nothing."""


def without_markup_secrets(text: str, masked: Callable[[str], str]) -> str:
    """The text, what secret elements hold hidden, and every escaped text between tags `masked`."""
    if "<" in text:
        reader = _MarkupReader(text)
        reader.read()
        text = rewritten(text, reader.secrets)
    return _BETWEEN.sub(lambda found: _masked_escaped(found[0], masked), text) if "&" in text else text


@dataclass(slots=True)
class _Element(Pairs):
    """An element that is not at its end; what it holds starts at `start`."""

    tag: str = ""
    start: int = 0

    @property
    def name(self) -> str:
        """Without its namespace."""
        return self.tag.rpartition(":")[2].lower()


class _MarkupReader:
    """Goes through the tags of a text once, from left to right: where its secrets are."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open, self._tags = [_Element()], Counter[str]()
        self.secrets: list[Span] = []

    def read(self) -> None:
        """All of it; what is open at the end of a cut text ends there."""
        at = 0
        while tag := _TAG.search(self._text, at):
            at = self._closing(tag) if tag[1] else self._opening(tag)
        while len(self._open) > 1:
            self._end(len(self._text), is_closed=False)
        self.secrets += self._open[0].hidden(_hidden)

    def _opening(self, tag: re.Match[str]) -> int:
        """Where to go on: behind what a secret's element holds."""
        if _given(tag[3]):
            self.secrets.append(Span(tag.start(), tag.end(), _without_value))
        if tag[3].rstrip().endswith("/"):
            return tag.end()
        self._open.append(_Element(self._open[-1].hides, tag=tag[2], start=tag.end()))
        self._tags[tag[2]] += 1
        what = hides(tag[2].rpartition(":")[2]) or _given(tag[3])
        if what is None:
            return tag.end()
        end = self._text.find(f"</{tag[2]}", tag.end())
        end = len(self._text) if end < 0 else end
        self.secrets.append(Span(tag.end(), end, lambda content: _hidden(content, what)))
        return end

    def _closing(self, tag: re.Match[str]) -> int:
        """Ends the element, and within it such as HTML leaves open; a tag that ends nothing is passed over."""
        if self._tags[tag[2]]:
            while self._open[-1].tag != tag[2]:
                self._end(tag.start(), is_closed=False)
            self._end(tag.start(), is_closed=True)
        return tag.end()

    def _end(self, at: int, *, is_closed: bool) -> None:
        element = self._open.pop()
        outer, holds = self._open[-1], (element.start, at)
        self._tags[element.tag] -= 1
        if is_closed:
            self.secrets += element.hidden(_hidden)
        else:
            outer.take(element)
        if element.name in NAMED_BY:
            outer.hides = outer.hides or _named(self._text[element.start : min(at, element.start + _LONGEST)])
        if element.name in VALUED_BY:
            outer.values.append(holds)


def _named(content: str) -> Hides | None:
    """What an element hides that is called by what another one holds."""
    said = content.strip().removeprefix("<![CDATA[").removesuffix("]]>")
    return None if "<" in said else hides(html.unescape(said).strip())


def _given(attributes: str) -> Hides | None:
    """What is hidden under any of the names that an element is given."""
    named = (found[1] or found[2] or "" for found in _NAMED.finditer(attributes))
    return next(filter(None, map(hides, named)), None)


def _without_value(tag: str) -> str:
    return _VALUE.sub(rf'\g<1>"{HIDDEN}"', tag)


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
