"""Opens an OFD (GB/T 33190): its pages with their layers, templates among them, counted while they are gathered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple
from xml.etree.ElementTree import Element

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.layout.measures import Box, box
from fapiao.layout.package import OfdPackage, beside
from fapiao.safe_xml import PastBound, UnreadableFile, child, children, name_of, text_of

A4 = (0.0, 0.0, 210.0, 297.0)
_MOST_REASONS = 3


class OfdPage(NamedTuple):
    """One page: its box in millimetres (x, y, width, height) and its layers, back to front."""

    box: Box
    layers: tuple[Element, ...]


@dataclass(slots=True)
class LeftOut:
    """Pages, templates and objects that could not be drawn while the others were."""

    count: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """One more."""
        self.count += 1
        if len(self.reasons) < _MOST_REASONS and reason not in self.reasons:
            self.reasons.append(reason)

    @contextmanager
    def odd(self) -> Iterator[None]:
        """Whatever is raised about one object leaves that object out; a bound that is passed ends the drawing."""
        try:
            with boundary(lambda raised: UnreadableFile(f"{type(raised).__name__}: {raised}"), UnreadableFile):
                yield
        except PastBound:
            raise
        except UnreadableFile as why:
            self.add(str(why)[:200])

    def __str__(self) -> str:
        return f"{self.count} left out of the snapshot: {'; '.join(self.reasons)}" if self.count else ""


class Drawn:
    """How much may still be drawn of one OFD, templates each time that a page refers to them."""

    def __init__(self) -> None:
        self._bounds = bound("ofd_elements"), bound("ofd_signs")
        self._left = [one.value for one in self._bounds]

    def spend(self, elements: int, signs: int = 0) -> None:
        """Raises PastBound."""
        for place, count in enumerate((elements, signs)):
            self._left[place] -= count
            if self._left[place] < 0:
                raise PastBound(f"the OFD has {self._bounds[place].said()}")

    def spend_on(self, element: Element) -> None:
        """Everything within an object."""
        for one in element.iter():
            self.spend(1, len(one.text or "") + sum(map(len, one.attrib.values())))


def read_pages(content: bytes, drawn: Drawn, left_out: LeftOut) -> list[OfdPage]:
    """The pages of an OFD's first document. Raises UnreadableFile where none can be read."""
    return _Document(OfdPackage(content), drawn, left_out).pages()


class _Document:
    """The first document of a package: where its pages and templates lie, and the size that pages usually have."""

    def __init__(self, package: OfdPackage, drawn: Drawn, left_out: LeftOut) -> None:
        root = text_of(package.part(["OFD.xml"]), "DocBody", "DocRoot")
        if not root:
            raise UnreadableFile("OFD.xml names no document")
        self._package, self._drawn, self._left_out = package, drawn, left_out
        self._place = beside("", root)[0]
        self._root = package.part([self._place])
        common = child(self._root, "CommonData")
        self._usual = self._box(child(common, "PageArea"), A4)
        self._templates = {one.get("ID", ""): one.get("BaseLoc", "") for one in children(common, "TemplatePage")}

    def pages(self) -> list[OfdPage]:
        """Those that can be read."""
        pages: list[OfdPage] = []
        for location in self._locations():
            with self._left_out.odd():
                pages.append(self._page(self._part(location)))
        if not pages:
            raise UnreadableFile(self._left_out.reasons[0] if self._left_out.count else "the OFD has no pages")
        return pages

    def _locations(self) -> Iterator[str]:
        most = bound("ofd_pages")
        listed = children(child(self._root, "Pages"), "Page")
        yield from (page.get("BaseLoc", "") for page in islice(listed, most.value))
        for _ in listed:
            self._left_out.add(f"the OFD has {most.said()}")

    def _part(self, location: str) -> Element:
        return self._package.part(beside(self._place, location))

    def _page(self, page: Element) -> OfdPage:
        behind: list[Element] = []
        before: list[Element] = []
        for used in children(page, "Template"):
            with self._left_out.odd():
                layers = self._layers(self._template(used.get("TemplateID", "")))
                (before if used.get("ZOrder") == "Foreground" else behind).extend(layers)
        return OfdPage(self._box(child(page, "Area"), self._usual), (*behind, *self._layers(page), *before))

    def _template(self, number: str) -> Element:
        if number not in self._templates:
            raise UnreadableFile(f"the OFD has no template {number[:40]}")
        return self._part(self._templates[number])

    def _layers(self, page: Element) -> Iterator[Element]:
        """Counted as they are gathered: a page may refer to one template a thousand times."""
        self._drawn.spend(1)
        content = child(page, "Content")
        for layer in () if content is None else content:
            if name_of(layer) == "Layer":
                self._drawn.spend(1)
                yield layer

    def _box(self, area: Element | None, usual: Box) -> Box:
        """The size of a page; one that is no size is as usual."""
        text = text_of(area, "PhysicalBox")
        with self._left_out.odd():
            found = box(text) if text else usual
            if found[2] and found[3]:
                return found
        return usual
