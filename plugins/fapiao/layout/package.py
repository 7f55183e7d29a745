"""The parts of an OFD (GB/T 33190): a ZIP of XML, unpacked and parsed within bounds, each part once."""

import io
import posixpath
import zipfile
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.safe_xml import Allowance, PastBound, UnreadableFile, parse_xml

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others allocate what the file tells them to."""
_ENTRY = b"PK\x01\x02"
"""How an entry of a ZIP's directory begins; there are no more entries than that."""


class OfdPackage:
    """The entries of the ZIP by their names, whose case, slashes and leading slash nobody keeps to."""

    def __init__(self, content: bytes) -> None:
        """Raises UnreadableFile for what is no ZIP."""
        if content.count(_ENTRY) > (most := bound("ofd_entries")).value:
            raise PastBound(f"the OFD has {most.said()}")
        with boundary(lambda raised: UnreadableFile(f"the OFD is not a ZIP file ({raised})")):
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        entries = self._zip.infolist()
        self._entries = {_folded(entry.filename): entry for entry in reversed(entries)}
        self._entries |= {entry.filename: entry for entry in entries}
        self._left = bound("ofd_unpacked_bytes").value
        self._allowance = Allowance()
        self._parsed: dict[str, Element | UnreadableFile] = {}

    def holds(self, place: str) -> bool:
        """Whether a part lies there, however its name is written."""
        return _folded(place) in self._entries

    def part(self, places: Iterable[str]) -> Element:
        """The root of the part that lies at the first of these places that is there. Raises UnreadableFile."""
        asked = list(places)
        found = (self._entries.get(place) or self._entries.get(_folded(place)) for place in asked)
        entry = next(filter(None, found), None)
        if entry is None:
            raise UnreadableFile(f"the OFD has no {asked[0][:80]}")
        name = entry.filename
        if name not in self._parsed:
            self._parsed[name] = self._tried(entry)
        parsed = self._parsed[name]
        if isinstance(parsed, UnreadableFile):
            raise parsed
        return parsed

    def _tried(self, entry: zipfile.ZipInfo) -> Element | UnreadableFile:
        what = f"{entry.filename[:80]} of the OFD"
        try:
            return parse_xml(self._unpacked(entry, what), what, self._allowance)
        except UnreadableFile as unreadable:
            return unreadable

    def _unpacked(self, entry: zipfile.ZipInfo, what: str) -> bytes:
        if entry.compress_type not in _METHODS:
            raise UnreadableFile(f"{what} cannot be unpacked (it is packed by method {entry.compress_type})")
        most = min(self._left, bound("xml_bytes").value)
        with (
            boundary(lambda raised: UnreadableFile(f"{what} cannot be unpacked ({raised})")),
            self._zip.open(entry) as packed,
        ):
            content = packed.read(most + 1)
        if len(content) > most:
            raise PastBound(f"the OFD has {bound('ofd_unpacked_bytes').said()}")
        self._left -= len(content)
        return content


def beside(document: str, location: str) -> list[str]:
    """Where a location may lie: absolute in the package, or beside the document, or from the root all the same."""
    written = location.strip().replace("\\", "/")
    if written.startswith("/"):
        return [_normal(written)]
    return [_normal(posixpath.join(posixpath.dirname(document), written)), _normal(written)]


def _normal(place: str) -> str:
    """No `.` and no `..`; what leads out of the package begins at its root."""
    return posixpath.normpath(posixpath.join("/", place)).lstrip("/")


def _folded(name: str) -> str:
    return _normal(name.replace("\\", "/")).casefold()
