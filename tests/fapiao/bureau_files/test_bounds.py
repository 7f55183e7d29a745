"""A small file cannot take the memory of the process that reads it: the rectangle and the texts are bounded before."""

import struct
from pathlib import Path

import pytest

from bureau_uploads import upload, workbook
from fapiao.bureau_files.extent import Extent
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.windows import windows
from fapiao.errors import BadInput
from fapiao.tables.reading import read_tables
from old_excel import old_workbook
from raw_workbooks import raw_workbook

pytestmark = pytest.mark.finding("F70")

FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        FAR,
        FAR.replace('"', "'"),
        '<row r="1048576"><c><v>1</v></c>' + '<c r="XFC1048576"><v>1</v></c><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c s="1"\n r="XFD1048576"><v>1</v></c></row>',
    ],
)
def test_two_cells_far_apart_are_refused_by_the_last_cell(tmp_path: Path, rows: str) -> None:
    with pytest.raises(FileRefusal, match="未打开；请删除远离数据的单元格") as refused:
        upload(tmp_path, raw_workbook(rows))
    assert "1048576" in refused.value.sentence
    assert refused.value.where.endswith("，工作表“发票基础信息”")


def test_peoples_own_workbooks_are_bounded_as_well(tmp_path: Path) -> None:
    for name, content in (("far.xlsx", raw_workbook(FAR)), ("far.xls", announcing(2**31, 2**15))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match="未打开"):
            read_tables(tmp_path / name)


@pytest.mark.parametrize("uses", [600, 3000])
def test_one_long_text_may_not_be_used_by_many_cells(tmp_path: Path, uses: int) -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, uses + 1))
    content = raw_workbook(cells, texts=f"<si><t>{'x' * 2**20}</t></si>")
    with pytest.raises(FileRefusal, match="很长的文字被许多单元格引用"):
        upload(tmp_path, content)


def test_a_long_text_that_is_used_once_among_many_short_ones_is_read(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row > 1:d}</v></c></row>' for row in range(1, 3000))
    content = raw_workbook(cells, texts=f"<si><t>{'x' * 2**20}</t></si><si><t>y</t></si>")
    (tmp_path / "long.xlsx").write_bytes(content)
    (table,) = read_tables(tmp_path / "long.xlsx")
    assert len(table.lines) == 2998


@pytest.mark.parametrize("odd", ["<!--</si>--><si><t>x</t></si>", "<si><t><![CDATA[</si>]]></t></si>"])
def test_shared_texts_that_could_be_miscounted_are_counted_by_a_parser(tmp_path: Path, odd: str) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(1, 700))
    with pytest.raises(FileRefusal, match="很长的文字被许多单元格引用"):
        upload(tmp_path, raw_workbook(rows, texts=f"{odd}<si><t>{'x' * 2**20}</t></si>"))


def announcing(rows: int, columns: int) -> bytes:
    """An .xls whose DIMENSIONS record ([MS-XLS] 2.4.90) announces a rectangle that its reader reserves."""
    plain = old_workbook("发票基础信息", [["a", "b"]])
    record = struct.pack("<HH", 0x200, 14) + struct.pack("<IIHHH", 0, rows, 0, columns, 0)
    first_cell = plain.index(struct.pack("<HH", 0x204, 11))
    kept = bytearray(plain[:first_cell] + record + plain[first_cell:])
    del kept[len(plain) :]
    return bytes(kept)


def test_an_old_workbook_may_not_announce_more_than_memory_holds(tmp_path: Path) -> None:
    with pytest.raises(FileRefusal, match=r"内存超过 \d+M.*未打开"):
        upload(tmp_path, announcing(2**31, 2**15), "税局文件.xls")


def test_a_sheet_with_a_far_stray_cell_within_the_bounds_is_read(tmp_path: Path) -> None:
    rows = [["发票", *[""] * 40]] + [[""] * 41 for _ in range(500)] + [["x"] * 41]
    with pytest.raises(FileRefusal, match="找不到税局文件的列名"):
        upload(tmp_path, workbook(rows))


def test_addresses_are_found_wherever_a_piece_ends() -> None:
    content = b'<worksheet><row r="7"><c r="B7" s="1"><v>1</v></c><c r="AA12" t="e"><v>#N/A</v></c></row>'
    for cut in range(len(content)):
        extent = Extent()
        for window in windows([content[:cut], content[cut:]]):
            extent.look(window)
        assert (extent.row >= 12, extent.column >= 27, extent.errors) == (True, True, {"AA12"}) or extent.odd


@pytest.mark.parametrize("row", ['<row r="1048576">', "<row\nr = '1048576'>", '<x:row r="1048576">'])
def test_a_cell_without_an_address_is_left_to_a_parser(row: str) -> None:
    extent = Extent()
    for window in (b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>', row.encode(), b"<c><v>1</v></c>"):
        extent.look(window)
    assert extent.odd


@pytest.mark.parametrize("begun", [1, 3, 9, 10, 19, 99, 120])
def test_cells_stand_no_further_than_is_said(begun: int) -> None:
    first = f'<worksheet><row r="{begun}"><c r="A{begun}"><v>1</v></c></row>'.encode()
    for row in range(1, 300):
        extent = Extent()
        extent.look(first)
        extent.look(f'<row r="{begun}"><c r="A{row}"><v>1</v></c></row>'.encode())
        assert extent.row == max(begun, row)
