"""Unpacks ZIP entries within a budget, by what really comes out of them and not by what they announce."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.zip_directory import data_start

_CHUNK = 2**20
_SMALL = 8 * 2**20
"""Bytes below which the ratio is not looked at."""


class Budget:
    """What may still be unpacked of one upload, in bytes, and what is said of more; unless told, that of a workbook."""

    def __init__(self, where: str, most: int | None = None, sentence: str = "") -> None:
        self._where, whole = where, bound("unpacked_mebibytes")
        self._left = (whole.value << 20) if most is None else most
        self._sentence = sentence or whole.said()

    def announced(self, entries: Sequence[zipfile.ZipInfo]) -> None:
        """Refuses by the announced sizes already. Raises FileRefusal."""
        if sum(entry.file_size for entry in entries) > self._left:
            raise FileRefusal(self._sentence, self._where)
        for entry in entries:
            self._ratio(entry.file_size, entry.compress_size)

    def spend(self, unpacked: int, packed: int) -> None:
        """Counts what came out of one entry of `packed` bytes. Raises FileRefusal."""
        self._ratio(unpacked, packed)
        if unpacked > self._left:
            raise FileRefusal(self._sentence, self._where)

    def settle(self, unpacked: int) -> None:
        """An entry is done."""
        self._left -= unpacked

    def _ratio(self, unpacked: int, packed: int) -> None:
        most = bound("unpacked_ratio")
        if unpacked > _SMALL and unpacked > most.value * max(packed, 1):
            raise FileRefusal(most.said(), self._where)


def unpacked(content: bytes, entry: zipfile.ZipInfo, budget: Budget, where: str) -> Iterator[bytes]:
    """The bytes of an entry in pieces, counted as they come. Raises FileRefusal.

    Python's own reader stops at the announced size; other readers do not, so a lie about it is refused here.
    """
    start = data_start(content, entry, where)
    packed = memoryview(content)[start : start + entry.compress_size]
    total = checksum = 0
    for piece in _pieces(packed, entry.compress_type, where):
        total += len(piece)
        budget.spend(total, entry.compress_size)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if total != entry.file_size or checksum != entry.CRC:
        raise FileRefusal(f"压缩包里的“{entry.filename}”损坏，内容与目录不符；请重新导出或重新压缩", where)
    budget.settle(total)


def _pieces(packed: memoryview, method: int, where: str) -> Iterator[bytes]:
    if method == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
        return
    if method != zipfile.ZIP_DEFLATED:
        raise FileRefusal("压缩方式不受支持；请用普通 ZIP 重新压缩", where)
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    with boundary(lambda _: FileRefusal("压缩包损坏，无法解开；请重新导出或重新压缩", where)):
        while not engine.eof:
            piece = engine.decompress(rest, _CHUNK)
            rest = engine.unconsumed_tail
            if not piece and not rest:  # what zlib held back has come as well, and the end is missing
                return
            yield piece
