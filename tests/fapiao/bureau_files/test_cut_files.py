"""A cut or altered file is a refusal or a read, never another error, wherever it was cut."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bureau_uploads import full_rows, upload, workbook, zipped
from fapiao.bureau_files.records import FileRefusal
from fapiao.errors import BadInput
from fapiao.layout.snapshot import draw_snapshot
from fapiao.safe_xml import UnreadableFile
from fapiao.tables.reading import read_tables
from layout_samples import ofd
from old_excel import old_workbook

pytestmark = pytest.mark.finding("F71")

XLSX = workbook(full_rows())
XLS = old_workbook("发票基础信息", [[str(cell) for cell in row] for row in full_rows()])
FILES = {"xlsx": XLSX, "zip": zipped({"a.xlsx": XLSX}), "xls": XLS, "ofd": ofd()}


def cut(content: bytes) -> list[bytes]:
    """Missing its end, its beginning, or some bytes in the middle."""
    places = sorted(
        {*range(0, len(content), max(1, len(content) // 40)), *range(max(0, len(content) - 30), len(content))}
    )
    middles = [content[:place] + content[place + 7 :] for place in places]
    return [*(content[:place] for place in places), *(content[place:] for place in places), *middles]


def flipped(content: bytes) -> list[bytes]:
    """With some bytes replaced by others."""
    chance, found = random.Random(1), []  # noqa: S311 nobody's secret
    for _ in range(60):
        altered = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            altered[chance.randrange(len(altered))] = chance.randrange(256)
        found.append(bytes(altered))
    return found


def read_any(kind: str, folder: Path, content: bytes) -> None:
    """Reads the file as its kind is read; refusals are what is allowed."""
    try:
        if kind == "ofd":
            draw_snapshot(content)
        else:
            upload(folder, content, f"税局文件.{kind}")
    except (FileRefusal, UnreadableFile):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("harm", [cut, flipped])
@pytest.mark.parametrize("kind", FILES)
def test_a_harmed_file_is_refused_or_read(tmp_path: Path, kind: str, harm: Callable[[bytes], list[bytes]]) -> None:
    for content in harm(FILES[kind]):
        read_any(kind, tmp_path, content)


@pytest.mark.parametrize("missing", range(1, 80, 4))
@pytest.mark.parametrize("kind", ["xlsx", "zip", "ofd"])
def test_a_copy_that_lacks_its_last_bytes_is_refused_or_read(tmp_path: Path, kind: str, missing: int) -> None:
    read_any(kind, tmp_path, FILES[kind][:-missing])
    read_any(kind, tmp_path, FILES[kind][missing:])


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_peoples_own_workbooks_are_refused_the_same_way(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"own.{kind}"
    for content in flipped(FILES[kind])[:15] + cut(FILES[kind])[::9]:
        file.write_bytes(content)
        try:
            read_tables(file)
        except BadInput:
            continue
