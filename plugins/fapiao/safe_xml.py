"""Reads XML that strangers wrote: no entities, no DOCTYPE, a limit on its size, names without namespaces."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser

from fapiao.boundary import boundary
from fapiao.bounds import bound


class UnreadableFile(ValueError):
    """A file cannot be read; the message is a sentence for people."""


class _NoDoctype(TreeBuilder):
    """A DOCTYPE is where entities are declared; without one there are none to expand."""

    def doctype(self, name: str, _pubid: str | None, _system: str | None) -> None:
        """Refuses it."""
        raise UnreadableFile(f"the XML declares a DOCTYPE ({name}), which no layout file needs; it is not read")


def parse_xml(content: bytes, what: str) -> Element:
    """The root element of an XML document; `what` names it in the sentences. Raises UnreadableFile."""
    if len(content) > (largest := bound("xml_bytes")).value:
        raise UnreadableFile(f"{what} has {largest.said()}")
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 without a DOCTYPE expat has nothing to expand
    with boundary(lambda raised: UnreadableFile(f"{what} is not well-formed XML ({raised})"), UnreadableFile):
        parser.feed(content)
        return parser.close()


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
