"""What is no file of the bureau, or no longer one, is refused with one sentence that says where."""

import io
import zipfile
from pathlib import Path

import pytest
import pyzipper

from bureau_uploads import FULL, SAMPLES, full_rows, upload, workbook, zipped
from fapiao.bureau_files.opening import open_upload
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.sniffing import sniff
from fapiao.imports.requests import LIMITS
from simulator.bureau_files.writing import xlsx_bytes

SUFFIXES = (".xls", ".xlsx")
GOOD = SAMPLES[FULL].content(".xlsx")
PASSWORD = "123456"


def refused(tmp_path: Path, content: bytes, name: str = "税局文件.xlsx", **how: object) -> str:
    """The whole sentence."""
    with pytest.raises(FileRefusal) as caught:
        upload(tmp_path, content, name, **how)
    assert str(caught.value) == f"{caught.value.where}：{caught.value.sentence}"
    return str(caught.value)


def changed(content: bytes, **parts: bytes) -> bytes:
    """A package with parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return zipped({**{name: old.read(name) for name in old.namelist()}, **parts})


def sealed(files: dict[str, bytes]) -> bytes:
    """A ZIP with a password."""
    kept = io.BytesIO()
    with pyzipper.AESZipFile(kept, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD.encode())
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()


@pytest.mark.req("A-32")
@pytest.mark.parametrize(
    ("content", "found", "sentence"),
    [
        (b"", "empty", "是空文件"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "html", "是网页（HTML/XML）"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "html", "是网页（HTML/XML）"),
        ("发票代码,发票号码\n1,2\n".encode("gb18030"), "text", "是文本文件（CSV/TXT）"),
        ("发票代码,发票号码\n".encode("utf-16"), "text", "是文本文件（CSV/TXT）"),
        (b"%PDF-1.7\x00\x01", "unknown", "不是 Excel 工作簿，也不是 ZIP 压缩包"),
        (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "office", "不是 Excel 工作簿（.xlsx）"),
    ],
)
def test_the_bytes_decide_and_not_the_suffix(tmp_path: Path, content: bytes, found: str, sentence: str) -> None:
    assert sniff(content) == found
    assert sentence in refused(tmp_path, content, "导出.xls")


@pytest.mark.req("A-32")
@pytest.mark.parametrize(("suffix", "lie"), [(".xls", "a.xlsx"), (".xlsx", "a.XLS"), (".xlsx", "a.csv")])
def test_a_workbook_is_read_under_any_suffix(tmp_path: Path, suffix: str, lie: str) -> None:
    assert upload(tmp_path, SAMPLES[FULL].content(suffix), lie)[0].values("documents")


@pytest.mark.req("R282", "A-20")
@pytest.mark.parametrize("limit", [LIMITS["form"], LIMITS["command"]])
def test_a_file_of_exactly_the_limit_is_opened_and_one_byte_more_is_not(limit: int) -> None:
    assert LIMITS["form"] == 10_485_760
    assert LIMITS["command"] == 104_857_600
    with pytest.raises(FileRefusal, match="不是 Excel 工作簿，也不是"):
        next(open_upload(bytes(limit), name="a.xlsx", limit=limit))
    with pytest.raises(FileRefusal, match=f"文件有 {limit + 1} 字节，超过上限 {limit >> 20}M"):
        next(open_upload(bytes(limit + 1), name="a.xlsx", limit=limit))


def test_macros_and_encryption_are_not_opened(tmp_path: Path) -> None:
    assert "含有宏" in refused(tmp_path, changed(GOOD, **{"xl/vbaProject.bin": b"x"}))
    assert "压缩包设有密码" in refused(tmp_path, sealed({"a.xlsx": GOOD}))
    assert "工作簿已加密" in refused(tmp_path, sealed({"xl/workbook.xml": b"x"}))


def test_a_bomb_is_told_by_its_ratio(tmp_path: Path) -> None:
    bomb = changed(GOOD, **{"xl/media/image1.png": bytes(16 * 2**20)})
    assert "疑似压缩炸弹" in refused(tmp_path, bomb)
    assert "疑似压缩炸弹" in refused(tmp_path, zipped({"a.xls": bytes(16 * 2**20)}))


def test_a_bomb_that_lies_about_its_size_is_told_by_what_comes_out(tmp_path: Path) -> None:
    bomb = bytearray(changed(GOOD, **{"xl/media/image1.png": bytes(16 * 2**20)}))
    real, small = (16 * 2**20).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert bomb.count(real) >= 1
    assert "疑似压缩炸弹" in refused(tmp_path, bytes(bomb.replace(real, small)))


def test_a_zip_that_unpacks_to_more_than_ten_times_the_limit_is_refused(tmp_path: Path) -> None:
    content = zipped({"a.xls": bytes(range(256)) * 256})
    assert len(content) < 2_000
    assert "疑似压缩炸弹" in refused(tmp_path, content, limit=2_000)


@pytest.mark.finding("F77")
def test_a_zip_that_unpacks_to_more_than_memory_holds_says_how_much_is_taken(tmp_path: Path) -> None:
    announced = zipped({"a.xls": GOOD}).replace(len(GOOD).to_bytes(4, "little"), (2**30).to_bytes(4, "little"))
    assert "超过 512M，未打开" in refused(tmp_path, announced, limit=100 * 2**20)


def test_a_zip_with_a_password_opens_with_it_and_only_with_it(tmp_path: Path) -> None:
    content = sealed({"a.xlsx": GOOD})
    assert upload(tmp_path, content, "a.zip", password=PASSWORD)[0].values("documents")
    assert "a.zip：压缩包设有密码；请填写" in refused(tmp_path, content, "a.zip")
    assert "a.zip：压缩包密码不对" in refused(tmp_path, content, "a.zip", password="654321")


def test_a_zip_in_a_zip_an_empty_one_and_one_of_other_files_are_refused(tmp_path: Path) -> None:
    inner = zipped({"a.xlsx": GOOD})
    assert "a.zip：压缩包里还有压缩包“b.zip”" in refused(tmp_path, zipped({"b.zip": inner}), "a.zip")
    assert "压缩包是空的" in refused(tmp_path, zipped({"__MACOSX/._a": b"x"}), "a.zip")
    assert "a.zip · 说明.txt：是文本文件" in refused(tmp_path, zipped({"说明.txt": b"hello"}), "a.zip")


def test_the_files_of_a_zip_come_one_by_one_with_their_own_names(tmp_path: Path) -> None:
    content = zipped({"dir/a.xlsx": GOOD, "b.XLS": SAMPLES[FULL].content(".xls"), ".DS_Store": b"x"})
    found = upload(tmp_path, content, "a.zip")
    assert [(one.file.name, one.file.container, one.file.format) for one in found] == [
        ("a.xlsx", "a.zip", "xlsx"),
        ("b.XLS", "a.zip", "xls"),
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_workbook_is_refused_in_words(tmp_path: Path, suffix: str) -> None:
    content = SAMPLES[FULL].content(suffix)
    for end in (100, 600, len(content) // 2, len(content) - 30):
        assert refused(tmp_path, content[:end])
    assert refused(tmp_path, content[:512] + b"\xff" * 2000 + content[2512:])


def test_unknown_headings_are_refused_with_what_was_looked_for_and_what_is_there(tmp_path: Path) -> None:
    said = refused(tmp_path, workbook([["姓名", "年龄", "城市"], ["甲", "1", "乙"]]))
    assert "，工作表“发票基础信息”：前 15 行里找不到税局文件的列名；第一行有内容的是：姓名、年龄、城市" in said
    rows = full_rows()
    rows[0][rows[0].index("开票日期")] = "开具时间"
    said = refused(tmp_path, workbook(rows))
    assert "最接近“全量发票查询导出 · 发票基础信息（19 列）”，缺少列 开票日期；实际列名：" in said
    assert "开具时间" in said


def test_a_sheet_that_lost_a_heading_is_not_taken_for_another_layout(tmp_path: Path) -> None:
    lines = [list(row) for row in SAMPLES[FULL].sheets[1].rows]
    lines[0][lines[0].index("税收分类编码")] = "商品编码"
    assert "最接近“全量发票查询导出 · 信息汇总表（27 列）”，缺少列 税收分类编码" in refused(tmp_path, workbook(lines))


def test_a_column_that_stands_twice_is_refused_with_both_cells(tmp_path: Path) -> None:
    rows = full_rows()
    for row in rows:
        row.append(row[rows[0].index("发票号码")])
    assert "列“发票号码”出现多次（C1、T1）" in refused(tmp_path, workbook(rows))


def test_sheets_of_two_exports_in_one_workbook_are_refused(tmp_path: Path) -> None:
    mixed = [SAMPLES[FULL].sheets[0], SAMPLES["全量海关缴款书"].sheets[0]]
    assert "各工作表不属于同一种税局文件：发票基础信息（" in refused(tmp_path, xlsx_bytes(mixed))


def test_a_workbook_without_data_is_refused(tmp_path: Path) -> None:
    assert "工作簿里没有数据" in refused(tmp_path, workbook([[]]))
