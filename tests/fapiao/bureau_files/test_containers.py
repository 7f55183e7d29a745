"""A container that lies about itself is refused before anything as large as its lie is reserved."""

import struct
import tempfile
import tracemalloc
from pathlib import Path

import pytest

from bureau_uploads import upload
from fapiao.bureau_files.ole import Container
from fapiao.bureau_files.opening import open_upload
from fapiao.bureau_files.records import FileRefusal
from fapiao.errors import Unusable
from hostile_xlsx import workbook, zipped
from old_excel import old_workbook

GOOD = old_workbook("发票基础信息", [["a", "b"]])
SECTOR, ENTRY = 512, 128
TABLE, DIRECTORY = SECTOR, 2 * SECTOR
FAT_COUNT, DIFAT_START, FIRST_OF_TABLE = 44, 68, 76
SIDES, KIND, SIZE = 68, 66, 120
NOBODY = 0xFFFFFFFF


def changed(*places: tuple[int, bytes], more: bytes = b"") -> bytes:
    content = bytearray(GOOD)
    for place, new in places:
        content[place : place + len(new)] = new
    return bytes(content) + more


def endless_tables() -> bytes:
    """Two billion sectors of the allocation table, listed by a sector that names itself as the next."""
    count = 2**31
    itself = (len(GOOD) // SECTOR) - 1
    listing = struct.pack("<128I", *[0] * 127, itself)
    blocks = (count - 109 + 126) // 127
    return changed(
        (FAT_COUNT, struct.pack("<I", count)), (DIFAT_START, struct.pack("<II", itself, blocks)), more=listing
    )


def deep_directory() -> bytes:
    """Six thousand entries, each the right sibling of the one before, in sectors behind the file's own."""
    first = len(GOOD) // SECTOR - 1
    root, book = GOOD[DIRECTORY : DIRECTORY + ENTRY], GOOD[DIRECTORY + ENTRY : DIRECTORY + 2 * ENTRY]
    others = []
    for number in range(2, 6001):
        name = f"s{number}\0".encode("utf-16-le")
        links = struct.pack(
            "<HBBIII36xIQ", len(name), 1, 1, NOBODY, number + 1 if number < 6000 else NOBODY, NOBODY, 0, 0
        )
        others.append(name.ljust(64, b"\0") + links)
    book = book[:72] + struct.pack("<I", 2) + book[76:]
    listed = b"".join([root, book, *others])
    listed += bytes(-len(listed) % SECTOR)
    sectors = len(listed) // SECTOR
    table_sectors = -(-(first + sectors + 16) // 128)
    table = [*struct.unpack("<128I", GOOD[TABLE : TABLE + SECTOR])[:first]]
    table += [*range(first + 1, first + sectors), 0xFFFFFFFE]
    table += [0xFFFFFFFD] * table_sectors
    table += [NOBODY] * (table_sectors * 128 - len(table))
    head = bytearray(GOOD)
    head[FAT_COUNT : FAT_COUNT + 8] = struct.pack("<II", table_sectors, first)
    places = [first + sectors + n for n in range(table_sectors)]
    head[FIRST_OF_TABLE : FIRST_OF_TABLE + 4 * table_sectors] = struct.pack(f"<{table_sectors}I", *places)
    return bytes(head) + listed + struct.pack(f"<{len(table)}I", *table)


def hidden_entry() -> bytes:
    """A second workbook that no other entry leads to: a reader that looks through the list would take it."""
    return changed((DIRECTORY + 2 * ENTRY, "Workbook\0".encode("utf-16-le")), (DIRECTORY + 2 * ENTRY + KIND, b"\x02"))


LIES = {
    "a table larger than its file": endless_tables(),
    "a directory in a circle": changed((TABLE + 4, struct.pack("<I", 1))),
    "a directory too long and too deep": deep_directory(),
    "a stream of four gigabytes in a circle": changed(
        (DIRECTORY + ENTRY + SIZE, struct.pack("<I", 2**32 - 1)), (TABLE + 8, struct.pack("<I", 2))
    ),
    "sectors of another size": changed((30, struct.pack("<H", 65535))),
    "an entry that nothing leads to": hidden_entry(),
    "an entry that leads back": changed((DIRECTORY + ENTRY + SIDES, struct.pack("<I", 1))),
    "no file at all": GOOD[:512],
}


def test_a_good_container_is_opened() -> None:
    container = Container(GOOD)
    assert container.names == {"Workbook"}
    assert (container.stream("Book"), len(container.stream("Workbook") or b"")) == (None, 4096)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused_and_takes_no_more_memory_than_the_file(tmp_path: Path, lie: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Exception) as broken:
            Container(LIES[lie]).stream("Workbook")
        assert tracemalloc.get_traced_memory()[1] < 40 * len(LIES[lie]) + 2**20
    finally:
        tracemalloc.stop()
    assert isinstance(broken.value, Exception)
    with pytest.raises(FileRefusal, match=r"工作簿损坏|工作簿要占的内存"):
        upload(tmp_path, LIES[lie], "a.xls")


@pytest.mark.finding("F70")
@pytest.mark.parametrize("content", [GOOD, workbook()], ids=["xls", "xlsx"])
def test_a_full_disk_is_not_the_fault_of_the_workbook(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Unusable, match="set TMPDIR"):
        list(next(open_upload(content, name="a", limit=len(content))).read())


@pytest.mark.finding("F27")
def test_a_sign_of_gbk_that_ends_in_a_backslash_does_not_cut_the_name() -> None:
    name = "資料\\乗客.xlsx".encode("gbk")
    content = zipped({"x" * len(name): workbook()}).replace(b"x" * len(name), name)
    assert [file.name for file in open_upload(content, name="a.zip", limit=len(content))] == ["乗客.xlsx"]
