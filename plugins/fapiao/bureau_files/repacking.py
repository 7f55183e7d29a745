"""Writes the .xlsx that a reader gets: the parts that were looked at under their usual names, and nothing else."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_VERSION, _DAY = 20, (1 << 5) + 1
DEFLATED = 8
_PIECE = 2**20


class Packed(NamedTuple):
    """The bytes of an entry as they stand in a ZIP, by a method of packing (0, 8)."""

    data: bytes | memoryview
    method: int
    size: int
    checksum: int

    def pieces(self) -> Iterator[bytes]:
        """What it unpacks to, of one that is deflated."""
        engine, rest = zlib.decompressobj(-zlib.MAX_WBITS), bytes(self.data)
        while piece := engine.decompress(rest, _PIECE):
            yield piece
            rest = engine.unconsumed_tail


def packed(text: str) -> Packed:
    """A small part, as it is."""
    content = text.encode()
    return Packed(content, 0, len(content), zlib.crc32(content))


class Packing:
    """Packs a part that is written piece by piece."""

    def __init__(self) -> None:
        self._engine = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._pieces: list[bytes] = []
        self._size = self._checksum = 0

    def write(self, text: str) -> None:
        """Some more of it."""
        content = text.encode()
        self._size += len(content)
        self._checksum = zlib.crc32(content, self._checksum)
        self._pieces.append(self._engine.compress(content))

    def done(self) -> Packed:
        """The whole."""
        return Packed(b"".join([*self._pieces, self._engine.flush()]), DEFLATED, self._size, self._checksum)


def workbook_of(
    sheets: Iterable[tuple[str, Packed]], texts: Packed | None, styles: Packed, *, from_1904: bool
) -> bytes:
    """A workbook of these sheets, by their names."""
    named = dict(sheets)
    parts = {"_rels/.rels": _links([("r1", "officeDocument", "xl/workbook.xml")])}
    numbers = {name: f"r{number}" for number, name in enumerate(named, start=1)}
    parts["xl/_rels/workbook.xml.rels"] = _links(
        [(number, "worksheet", f"worksheets/{number}.xml") for number in numbers.values()]
    )
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="{numbers[name]}"/>' for at, name in enumerate(named, 1)
    )
    parts["xl/workbook.xml"] = packed(
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><workbookPr date1904="{from_1904:d}"/>'
        f"<sheets>{listed}</sheets></workbook>"
    )
    parts |= {f"xl/worksheets/{numbers[name]}.xml": part for name, part in named.items()}
    parts["xl/styles.xml"] = styles
    if texts:
        parts["xl/sharedStrings.xml"] = texts
    return _zip_of(parts)


def _links(targets: Iterable[tuple[str, str, str]]) -> Packed:
    found = "".join(
        f'<Relationship Id="{number}" Type="{_RELATION}/{kind}" Target="{target}"/>' for number, kind, target in targets
    )
    return packed(f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{found}</Relationships>')


def _zip_of(parts: dict[str, Packed]) -> bytes:
    written: list[bytes | memoryview] = []
    records, at = [], 0
    for name, part in parts.items():
        told = struct.pack(
            "<HHHHHIIIHH", _VERSION, 0, part.method, 0, _DAY, part.checksum, len(part.data), part.size, len(name), 0
        )
        records.append(
            b"PK\x01\x02" + struct.pack("<H", _VERSION) + told + struct.pack("<HHHII", 0, 0, 0, 0, at) + name.encode()
        )
        head = b"PK\x03\x04" + told + name.encode()
        written += [head, part.data]
        at += len(head) + len(part.data)
    listing = b"".join(records)
    end = struct.pack("<HHHHIIH", 0, 0, len(parts), len(parts), len(listing), at, 0)
    return b"".join([*written, listing, b"PK\x05\x06", end])
