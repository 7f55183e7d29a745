"""Reads XML that strangers wrote: no entities, no DOCTYPE, bounds while it is parsed, names without namespaces."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.text_encoding import UnreadableText, xml_text

_PIECE = 8 * 1024
_LONGEST_NAME = 300
"""Characters of a name, or of a namespace, which every name under it repeats."""


class UnreadableFile(ValueError):
    """A file cannot be read; the message is a sentence for people."""


class PastBound(UnreadableFile):
    """A bound is passed: what else the file holds is not looked at."""


class Allowance:
    """How many elements may still be read, of one document or of all parts of a package."""

    def __init__(self) -> None:
        self._bound = bound("xml_elements")
        self._left = self._bound.value

    def take(self, what: str) -> None:
        """One element more. Raises PastBound."""
        self._left -= 1
        if self._left < 0:
            raise PastBound(f"{what} has {self._bound.said()}")


class _Bounded(TreeBuilder):
    """Builds the tree, and says no while it grows."""

    def __init__(self, what: str, allowance: Allowance) -> None:
        super().__init__()
        self._what = what
        self._allowance = allowance
        self._deepest, self._most_attributes = bound("xml_depth"), bound("xml_attributes")
        self._depth = 0
        self.seen = 0

    def doctype(self, name: str, _pubid: str | None, _system: str | None) -> None:
        """A DOCTYPE is where entities are declared; without one there are none to expand."""
        raise UnreadableFile(f"the XML declares a DOCTYPE ({name[:40]}), which no layout file needs; it is not read")

    def start_ns(self, _prefix: str | None, uri: str) -> None:
        """A namespace is declared, before any name has it."""
        self._check_name(uri or "")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        """One element begins."""
        self.seen += 1
        self._depth += 1
        self._allowance.take(self._what)
        for limit, found in ((self._deepest, self._depth), (self._most_attributes, len(attrs))):
            if found > limit.value:
                raise PastBound(f"{self._what} has {limit.said()}")
        self._check_name(tag)
        return super().start(tag, attrs)

    def _check_name(self, name: str) -> None:
        if len(name) > _LONGEST_NAME:
            raise PastBound(f"{self._what} has a name of more than {_LONGEST_NAME} characters; it is not read")

    def end(self, tag: str) -> Element:
        """It ends."""
        self.seen += 1
        self._depth -= 1
        return super().end(tag)

    def data(self, data: str) -> None:
        """A piece of text."""
        self.seen += 1
        super().data(data)


def parse_xml(content: bytes, what: str, allowance: Allowance | None = None) -> Element:
    """The root element of an XML document; `what` names it in the sentences. Raises UnreadableFile."""
    if len(content) > (largest := bound("xml_bytes")).value:
        raise PastBound(f"{what} has {largest.said()}")
    target = _Bounded(what, allowance or Allowance())
    parser = XMLParser(target=target, encoding="utf-8")  # noqa: S314 no DOCTYPE: expat has nothing to expand
    with boundary(lambda raised: UnreadableFile(_sentence(what, raised)), UnreadableFile):
        _feed(parser, target, xml_text(content).encode(), what)
        root: Element = parser.close()
        return root


def _feed(parser: XMLParser, target: _Bounded, text: bytes, what: str) -> None:
    """By pieces, so that a tag or a comment is refused before all of it is held and read again and again."""
    longest, silent, seen = bound("xml_tag_bytes"), 0, 0
    for at in range(0, len(text), _PIECE):
        parser.feed(text[at : at + _PIECE])
        silent = silent + _PIECE if target.seen == seen else 0
        seen = target.seen
        if silent > longest.value:
            raise PastBound(f"{what} has {longest.said()}")


def _sentence(what: str, raised: BaseException) -> str:
    if isinstance(raised, UnreadableText):
        return f"{what} {raised}"
    return f"{what} is not well-formed XML ({raised})"


def name_of(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of that name, whatever their namespace."""
    return (child for child in element if name_of(child) == name) if element is not None else iter(())


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text_of(element: Element | None, *path: str) -> str:
    """The trimmed text at the end of a path of names; empty where there is none."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""
