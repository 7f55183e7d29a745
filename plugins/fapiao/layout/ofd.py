"""Opens an OFD (GB/T 33190): a ZIP of XML whose pages are texts and paths in millimetres; guarded against bombs."""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.safe_xml import UnreadableFile, child, children, name_of, parse_xml, text_of

MOST_ENTRIES = 2_000
MOST_PAGES = 20
MOST_UNPACKED = 64 * 2**20
"""Bytes of all XML that is unpacked for one document."""
A4 = (0.0, 0.0, 210.0, 297.0)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class OfdPage:
    """One page: its box in millimetres (x, y, width, height) and its layers, back to front."""

    box: Box
    layers: tuple[Element, ...]


class _Package:
    """The entries of the ZIP, unpacked within a budget."""

    def __init__(self, content: bytes) -> None:
        with boundary(lambda raised: UnreadableFile(f"the OFD is not a ZIP file ({raised})")):
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        if len(self._zip.namelist()) > MOST_ENTRIES:
            raise UnreadableFile(f"the OFD has more than {MOST_ENTRIES} entries; it is not opened")
        self._left = MOST_UNPACKED

    def xml(self, place: str) -> Element:
        """The root of an entry. Raises UnreadableFile."""
        if place not in self._zip.namelist():
            raise UnreadableFile(f"the OFD has no {place}")
        with (
            boundary(lambda raised: UnreadableFile(f"{place} of the OFD cannot be unpacked ({raised})")),
            self._zip.open(place) as entry,
        ):
            content = entry.read(min(self._left, bound("xml_bytes").value) + 1)
        if len(content) > min(self._left, bound("xml_bytes").value):
            raise UnreadableFile(f"{place} of the OFD unpacks to more than is taken; this may be a ZIP bomb")
        self._left -= len(content)
        return parse_xml(content, f"{place} of the OFD")


def read_pages(content: bytes) -> list[OfdPage]:
    """The pages of an OFD's first document. Raises UnreadableFile with a sentence for anything else."""
    package = _Package(content)
    root = text_of(package.xml("OFD.xml"), "DocBody", "DocRoot")
    if not root:
        raise UnreadableFile("OFD.xml names no document")
    place = root.lstrip("/")
    document = package.xml(place)
    common = child(document, "CommonData")
    box = _box(child(common, "PageArea"), A4)
    templates = {
        template.get("ID", ""): package.xml(_beside(place, template.get("BaseLoc", "")))
        for template in children(common, "TemplatePage")
    }
    listed = list(children(child(document, "Pages"), "Page"))
    if not listed or len(listed) > MOST_PAGES:
        raise UnreadableFile(f"the OFD has {len(listed)} pages; between 1 and {MOST_PAGES} are drawn")
    return [_page(package.xml(_beside(place, page.get("BaseLoc", ""))), templates, box) for page in listed]


def _beside(document: str, location: str) -> str:
    """A location as entry name: absolute in the package, or relative to the document."""
    if location.startswith("/"):
        return location.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(document), location))


def _page(page: Element, templates: Mapping[str, Element], usual: Box) -> OfdPage:
    used = [
        (one.get("ZOrder", "Background"), templates.get(one.get("TemplateID", "")))
        for one in children(page, "Template")
    ]
    behind = [layer for order, template in used if order != "Foreground" for layer in _layers(template)]
    before = [layer for order, template in used if order == "Foreground" for layer in _layers(template)]
    return OfdPage(_box(child(page, "Area"), usual), (*behind, *_layers(page), *before))


def _layers(page: Element | None) -> Iterator[Element]:
    return (layer for layer in child(page, "Content") or () if name_of(layer) == "Layer")


def _box(area: Element | None, usual: Box) -> Box:
    text = text_of(area, "PhysicalBox")
    return box(text) if text else usual


def numbers(text: str, what: str) -> list[float]:
    """The finite numbers of a list. Raises UnreadableFile."""
    try:
        found = [float(part) for part in text.replace(",", " ").split()]
    except ValueError as error:
        raise UnreadableFile(f"{what} of the OFD is {text[:40]!r}, which is no list of numbers") from error
    if not all(abs(number) < 1e6 for number in found):  # noqa: PLR2004 a kilometre; no number at all is none either
        raise UnreadableFile(f"{what} of the OFD has a number beyond all measure: {text[:40]!r}")
    return found


def box(text: str) -> Box:
    """x, y, width and height in millimetres. Raises UnreadableFile."""
    found = numbers(text, "a box")
    if len(found) != 4 or found[2] < 0 or found[3] < 0:  # noqa: PLR2004
        raise UnreadableFile(f"a box of the OFD is {text[:40]!r}; four numbers are expected")
    return found[0], found[1], found[2], found[3]
