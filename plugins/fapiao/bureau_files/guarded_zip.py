"""Unpacks ZIP entries within a budget, by what really comes out of them and not by what they announce."""

import zipfile
import zlib
from collections.abc import Iterator

from fapiao.boundary import boundary
from fapiao.bureau_files.records import FileRefusal

MOST_UNPACKED = 2**30
"""Bytes of all entries of one workbook."""
MOST_RATIO = 200
"""Unpacked to packed; a bureau's sheet has about 10 to 40."""
SMALL = 8 * 2**20
"""Bytes below which the ratio is not looked at."""
_CHUNK = 2**20
_LOCAL_HEADER = 30
_BOMB = "压缩包解开后大得不正常，疑似压缩炸弹，未打开；请从税局重新导出"


class Budget:
    """What may still be unpacked of one upload."""

    def __init__(self, where: str, most: int = MOST_UNPACKED) -> None:
        self._where = where
        self._left = most

    def announced(self, entries: list[zipfile.ZipInfo]) -> None:
        """Refuses by the announced sizes already. Raises FileRefusal."""
        if sum(entry.file_size for entry in entries) > self._left:
            raise FileRefusal(_BOMB, self._where)
        for entry in entries:
            self._ratio(entry.file_size, entry.compress_size)

    def spend(self, unpacked: int, packed: int) -> None:
        """Counts what came out of one entry of `packed` bytes. Raises FileRefusal."""
        self._ratio(unpacked, packed)
        if unpacked > self._left:
            raise FileRefusal(_BOMB, self._where)

    def settle(self, unpacked: int) -> None:
        """An entry is done."""
        self._left -= unpacked

    def _ratio(self, unpacked: int, packed: int) -> None:
        if unpacked > SMALL and unpacked > MOST_RATIO * max(packed, 1):
            raise FileRefusal(_BOMB, self._where)


def unpacked(content: bytes, entry: zipfile.ZipInfo, budget: Budget, where: str) -> Iterator[bytes]:
    """The bytes of an entry in pieces, counted as they come. Raises FileRefusal.

    Python's own reader stops at the announced size; other readers do not, so a lie about it is refused here.
    """
    start = _data_start(content, entry, where)
    packed = memoryview(content)[start : start + entry.compress_size]
    total = 0
    for piece in _pieces(packed, entry.compress_type, where):
        total += len(piece)
        budget.spend(total, entry.compress_size)
        yield piece
    if total != entry.file_size:
        raise FileRefusal("压缩包损坏，内容与目录不符；请从税局重新导出", where)
    budget.settle(total)


def _data_start(content: bytes, entry: zipfile.ZipInfo, where: str) -> int:
    header = content[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    if len(header) != _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise FileRefusal("压缩包损坏，找不到目录里的文件；请从税局重新导出", where)
    names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return entry.header_offset + _LOCAL_HEADER + names


def _pieces(packed: memoryview, method: int, where: str) -> Iterator[bytes]:
    if method == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
        return
    if method != zipfile.ZIP_DEFLATED:
        raise FileRefusal("压缩方式不受支持；请用普通 ZIP 重新压缩", where)
    engine = zlib.decompressobj(-15)
    rest: bytes | memoryview = packed
    with boundary(lambda _: FileRefusal("压缩包损坏，无法解开；请从税局重新导出", where)):
        while rest and not engine.eof:
            yield engine.decompress(rest, _CHUNK)
            rest = engine.unconsumed_tail
