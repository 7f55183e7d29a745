"""A file in a ZIP that is not taken keeps out itself and the other parts of its download; what lies beside it comes in."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_uploads import zipped
from bureau_workbooks import KEY, bring_in, company, export, header, line
from fapiao.errors import BadInput
from hooks.files.store import FolderStore

pytestmark = pytest.mark.finding("F71")
Pool = psycopg.Connection[Any]
SET = "91310000MA1EXAMP07-20270203-202601-销项票-增值税专用发票"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    """A workbook with one invoice."""
    return export(tmp_path / "good.xlsx", [header()], [line()]).read_bytes()


def laid(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """A ZIP of them."""
    file = tmp_path / "a.zip"
    file.write_bytes(zipped(files))
    return file


def keys(pool: Pool) -> set[str]:
    return {key for (key,) in pool.execute("SELECT document_key FROM pool.document").fetchall()}


def test_the_good_files_of_a_zip_come_in_and_the_others_are_told(
    pool: Pool, store: FolderStore, tmp_path: Path, good: bytes
) -> None:
    company(pool)
    files = {"0.xls": good[:-40], "1.xlsx": good, "2.txt": b"hello", "3.zip": zipped({"a.xlsx": good}), "4.xlsx": b""}
    made = bring_in(pool, store, laid(tmp_path, files))
    assert keys(pool) == {KEY}
    assert [sentence.partition("：")[0] for sentence in made.refused] == [
        "a.zip · 0.xls", "a.zip · 2.txt", "a.zip", "a.zip · 4.xlsx",
    ]  # fmt: skip


def test_one_whose_rows_are_wrong_keeps_out_itself_alone(
    pool: Pool, store: FolderStore, tmp_path: Path, good: bytes
) -> None:
    company(pool)
    other = export(tmp_path / "o.xlsx", [header(数电发票号码=KEY[:-1] + "9")], [line()]).read_bytes()
    made = bring_in(pool, store, laid(tmp_path, {"good.xlsx": good, f"{SET}.xlsx": other}))
    assert keys(pool) == {KEY}
    assert "文件名与内容不一致" in made.refused[0]


def test_a_part_comes_in_with_all_parts_of_its_download_or_not_at_all(
    pool: Pool, store: FolderStore, tmp_path: Path, good: bytes
) -> None:
    company(pool)
    part = export(tmp_path / "p.xlsx", [header(数电发票号码=KEY[:-1] + "9")], [line()]).read_bytes()
    made = bring_in(pool, store, laid(tmp_path, {f"{SET}-1.xlsx": part, f"{SET}-2.xlsx": b"x", "good.xlsx": good}))
    assert keys(pool) == {KEY}
    assert "另一个分卷有问题" in made.refused[1]


def test_a_zip_without_a_good_file_is_refused_with_every_sentence(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(pool)
    with pytest.raises(BadInput) as refused:
        bring_in(pool, store, laid(tmp_path, {"1.txt": b"hello", "2.xls": b"<html>"}))
    assert [problem.partition("：")[0] for problem in refused.value.problems] == ["a.zip · 1.txt", "a.zip · 2.xls"]
    assert keys(pool) == set()


def test_of_many_bad_files_no_more_are_tried(pool: Pool, store: FolderStore, tmp_path: Path, good: bytes) -> None:
    company(pool)
    with pytest.raises(BadInput, match="10 个以上的文件有问题"):
        bring_in(pool, store, laid(tmp_path, {f"{at}.txt": b"hello" for at in range(20)} | {"z.xlsx": good}))
