"""Writes an Excel-97 workbook (BIFF8 in an OLE container) of one sheet, as the bureau's own exports are."""

import struct
from collections.abc import Sequence

_SECTOR, _LEAST_STREAM, _FAT_ENTRIES = 512, 4096, 128
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(sheet: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """The bytes of an .xls file with texts and numbers."""
    return _container(_stream(sheet, rows))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def _stream(sheet: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    cells = b"".join(_cell(y, x, value) for y, row in enumerate(rows) for x, value in enumerate(row) if value != "")
    head, end = _begin(5), _record(0x0A, b"")
    name = struct.pack("<BB", len(sheet), 1) + sheet.encode("utf-16-le")
    start = len(head) + len(_record(0x85, bytes(6) + name)) + len(end)
    return head + _record(0x85, struct.pack("<IH", start, 0) + name) + end + _begin(0x10) + cells + end


def _cell(y: int, x: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", y, x, 0)
    if isinstance(value, str):
        return _record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return _record(0x203, place + struct.pack("<d", value))


def _container(stream: bytes) -> bytes:
    size = max(_LEAST_STREAM, -(-len(stream) // _SECTOR) * _SECTOR)
    sectors = size // _SECTOR
    chain = [_FAT, _END, *range(3, sectors + 2), _END]
    chain += [_FREE] * (_FAT_ENTRIES - len(chain))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<10I", 0, 1, 1, 0, _LEAST_STREAM, _END, 0, _END, 0, 0) + struct.pack("<I", _FREE) * 108
    entries = (
        _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, size) + _entry("", 0, _FREE, 0, 0) * 2
    )
    return head + struct.pack("<128I", *chain) + entries + stream.ljust(size, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<HBBIII36xIQ", len(text), kind, 1, _FREE, _FREE, child, start, size)
    return text.ljust(64, b"\0") + links
