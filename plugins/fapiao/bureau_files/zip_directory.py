"""The directory of a ZIP: counted before it is parsed, and its entries apart from each other."""

import io
import posixpath
import struct
import zipfile
from collections.abc import Sequence

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.bureau_files.records import FileRefusal

_END, _LOCATOR, _END64, _RECORD, _LOCAL = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06", b"PK\x01\x02", b"PK\x03\x04"
_END_LENGTH, _LOCATOR_LENGTH, _END64_LENGTH, _RECORD_LENGTH, _LOCAL_LENGTH = 22, 20, 56, 46, 30
_LONGEST_COMMENT = 2**16 - 1
DAMAGED = "压缩包损坏或只有一部分，打不开它的目录；请重新导出或重新压缩"
_OVERLAPPING = "压缩包里的文件互相重叠，疑似压缩炸弹，未打开；请重新导出或重新压缩"
_UNLISTED = "压缩包里有目录没有列出的文件，未打开；请解开后重新压缩"
_LOST = "压缩包损坏，找不到目录里的文件；请重新导出或重新压缩"


def directory(content: bytes, where: str) -> list[zipfile.ZipInfo]:
    """The entries. Raises FileRefusal for a directory that is damaged, or has more than `zip_entries`."""
    with boundary(lambda _: FileRefusal(DAMAGED, where)):
        refuse_crowded(content, where)
        return zipfile.ZipFile(io.BytesIO(content)).infolist()


def refuse_crowded(content: bytes, where: str) -> None:
    """Raises FileRefusal for a directory with more than `zip_entries`, and ValueError for none."""
    if _counted(content, (most := bound("zip_entries")).value) > most.value:
        raise FileRefusal(most.said(), where)


def _counted(content: bytes, most: int) -> int:
    """How many records the directory has, no more than one above `most` of them looked at.

    What its end announces is not asked: readers go by the length of the directory.
    """
    end = content.rfind(_END, max(0, len(content) - _LONGEST_COMMENT - _END_LENGTH))
    if end < 0:
        raise ValueError("no end of the directory")
    (size,) = struct.unpack_from("<I", content, end + 12)
    if content.startswith(_LOCATOR, max(0, end - _LOCATOR_LENGTH)):
        end -= _LOCATOR_LENGTH + _END64_LENGTH
        if content.startswith(_END64, max(0, end)):
            (size,) = struct.unpack_from("<Q", content, end + 40)
    at, count = end - size, 0
    if at < 0:
        raise ValueError("the directory is longer than its file")
    while at < end and count <= most:
        if not content.startswith(_RECORD, at):
            raise ValueError("no record of the directory")
        at += _RECORD_LENGTH + sum(struct.unpack_from("<HHH", content, at + 28))
        count += 1
    return count


def data_start(content: bytes, entry: zipfile.ZipInfo, where: str) -> int:
    """Where the bytes of an entry begin. Raises FileRefusal where it is not there."""
    at = entry.header_offset
    if at < 0 or not content.startswith(_LOCAL, at) or len(content) < at + _LOCAL_LENGTH:
        raise FileRefusal(_LOST, where)
    name, extra = struct.unpack_from("<HH", content, at + 26)
    return int(at + _LOCAL_LENGTH + name + extra)


def refuse_overlaps(content: bytes, entries: Sequence[zipfile.ZipInfo], where: str) -> None:
    """Raises FileRefusal where two entries share bytes, or one reaches beyond its file."""
    before = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < before:
            raise FileRefusal(_OVERLAPPING, where)
        before = data_start(content, entry, where) + entry.compress_size
    if before > len(content):
        raise FileRefusal(DAMAGED, where)


def refuse_unlisted(content: bytes, entries: Sequence[zipfile.ZipInfo], where: str) -> None:
    """Raises FileRefusal where a file stands beside those that the directory lists, as in two ZIPs laid together."""
    before = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if content.find(_LOCAL, before, entry.header_offset) >= 0:
            raise FileRefusal(_UNLISTED, where)
        before = data_start(content, entry, where) + entry.compress_size
    if content.find(_LOCAL, before) >= 0:
        raise FileRefusal(_UNLISTED, where)


def key_of(name: str) -> str:
    """A name as the names of parts are compared: one kind of slash, from the root, in small letters."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()
