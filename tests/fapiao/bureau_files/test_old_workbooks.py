"""An .xls is looked into before it is read: locked ones, those with macros and those that are no workbook are refused."""

import struct
from pathlib import Path

import pytest

from bureau_uploads import FULL, SAMPLES, upload
from fapiao.bureau_files.records import FileRefusal

GOOD = SAMPLES[FULL].content(".xls")
ENTRY, NAME, KIND, LINKS = 128, 64, 66, 68
STORAGE, NOBODY = 1, 0xFFFFFFFF


def with_entry(content: bytes, place: int, name: str) -> bytes:
    """The container with another name in its directory; place 1 is the workbook, 2 is free and becomes its sibling."""
    start = content.index("Root Entry".encode("utf-16-le")) + place * ENTRY
    changed = bytearray(content)
    changed[start : start + NAME] = name.encode("utf-16-le").ljust(NAME, b"\x00")
    changed[start + NAME : start + NAME + 2] = (2 * len(name) + 2).to_bytes(2, "little")
    if not changed[start + KIND]:
        changed[start + KIND] = STORAGE
        changed[start + LINKS : start + LINKS + 12] = struct.pack("<3I", NOBODY, NOBODY, NOBODY)
        changed[start - ENTRY + LINKS + 4 : start - ENTRY + LINKS + 8] = struct.pack("<I", place)
    return bytes(changed)


@pytest.mark.req("R146")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (GOOD.replace(b"\x5c\x00\x70\x00", b"\x2f\x00\x70\x00", 1), "工作簿设有打开密码"),
        (with_entry(GOOD, 1, "EncryptedPackage"), "工作簿设有打开密码"),
        (with_entry(GOOD, 1, "WordDocument"), "不是 Excel 工作簿"),
        (with_entry(GOOD, 2, "_VBA_PROJECT_CUR"), "含有宏"),
    ],
    ids=["FILEPASS", "encrypted xlsx", "another program's", "macros"],
)
def test_what_must_not_be_opened_is_not(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert content != GOOD
    with pytest.raises(FileRefusal, match=sentence) as refused:
        upload(tmp_path, content, "a.XLS")
    assert refused.value.where == "a.XLS"
