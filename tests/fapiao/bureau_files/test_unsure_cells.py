"""A cell that cannot be read for sure is rejected by its address, or read right; it never becomes another value."""

import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from bureau_uploads import ReadFile, full_rows, upload
from fapiao.bureau_files.records import RowFate
from old_excel import old_workbook
from raw_workbooks import raw_workbook, text_cells

pytestmark = pytest.mark.finding("F14")

HEADINGS, ROW = (list(map(str, row)) for row in full_rows())


def place(heading: str) -> str:
    """The address of a column in row 2."""
    return f"{chr(65 + HEADINGS.index(heading))}2"


def with_cell(heading: str, xml: str, **parts: str) -> bytes:
    """The bureau's list with one cell of its row replaced by XML; `{at}` is its address."""
    address = place(heading)
    rows = text_cells(1, HEADINGS) + text_cells(2, ROW)
    start = rows.index(f'<c r="{address}"')
    end = rows.index("</c>", start) + len("</c>")
    return raw_workbook(rows[:start] + xml.format(at=address) + rows[end:], **parts)


def only(found: list[ReadFile]) -> RowFate:
    (file,) = found
    (verdict,) = (verdict for _, verdict in file.verdicts)
    return verdict


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
@pytest.mark.parametrize("heading", ["金额", "备注", "销方识别号", "开票日期", "发票风险等级", "数电发票号码"])
def test_an_error_cell_is_rejected_by_its_address(tmp_path: Path, heading: str, error: str) -> None:
    for cell in ('<c r="{at}" t="e"><v>' + error + "</v></c>", "<c s='0' t='e' r='{at}'><v>" + error + "</v></c>"):
        verdict = only(upload(tmp_path, with_cell(heading, cell)))
        assert verdict.kind == "rejected"
        assert place(heading) in verdict.sentence
        assert "错误值" in verdict.sentence


def test_an_error_below_the_last_row_that_the_reader_sees_is_rejected_too(tmp_path: Path) -> None:
    (address, row) = place("金额")[0] + "3", text_cells(1, HEADINGS) + text_cells(2, ROW)
    (file,) = upload(tmp_path, raw_workbook(row + f'<row r="3"><c r="{address}" t="e"><v>#N/A</v></c></row>'))
    assert [verdict.kind for _, verdict in file.verdicts] == ["ok", "rejected"]


def test_an_error_cell_of_an_old_workbook_is_rejected_by_its_address(tmp_path: Path) -> None:
    marked = 123456.5
    cells = [marked if name == "金额" else cell for name, cell in zip(HEADINGS, ROW, strict=True)]
    content = old_workbook("发票基础信息", [HEADINGS, cells])
    at = HEADINGS.index("金额")
    number = struct.pack("<HHHHHd", 0x203, 14, 1, at, 0, marked)
    error = struct.pack("<HHHHHBB", 0x205, 8, 1, at, 0, 0x2A, 1) + struct.pack("<HHH", 0xE1, 2, 0)
    assert (content.count(number), len(number)) == (1, len(error))
    verdict = only(upload(tmp_path, content.replace(number, error), "税局文件.xls"))
    assert (verdict.kind, place("金额") in verdict.sentence) == ("rejected", True)


AMOUNTS = {
    "160.49": "160.49", "１６０．４９": "160.49", "16,049.00": "16049.00", "１６，０４９": "16049", "￥160.49": "160.49",
    "1.5E7": "15000000", "1e-05": "0.00001",
}  # fmt: skip
UNSURE = [
    "160,49",
    "1.234,56",
    "1,23,456",
    "160元",
    "1.5万",
    "(160.49)",
    "16%",
    "1.60490E+05",
    "160.49.1",
    "160 49",
    "壹佰",
]


@pytest.mark.parametrize("written", AMOUNTS)
def test_an_amount_is_read_as_it_is_written(tmp_path: Path, written: str) -> None:
    verdict = only(upload(tmp_path, with_cell("金额", f'<c r="{{at}}" t="str"><v>{written}</v></c>')))
    assert verdict.row.values["amount"] == AMOUNTS[written]


@pytest.mark.parametrize("written", UNSURE)
def test_an_amount_that_could_be_another_is_rejected_by_its_address(tmp_path: Path, written: str) -> None:
    verdict = only(upload(tmp_path, with_cell("金额", f'<c r="{{at}}" t="str"><v>{written}</v></c>')))
    assert verdict.kind == "rejected"
    assert f"{place('金额')}“金额”" in verdict.sentence


@pytest.mark.parametrize("cell", ['<c r="{at}" t="b"><v>1</v></c>', '<c r="{at}" t="d"><v>2026-01-05</v></c>'])
@pytest.mark.parametrize("heading", ["金额", "销方识别号", "数电发票号码"])
def test_a_truth_or_a_day_is_no_amount_and_no_number(tmp_path: Path, heading: str, cell: str) -> None:
    verdict = only(upload(tmp_path, with_cell(heading, cell)))
    assert verdict.kind == "rejected"
    assert place(heading) in verdict.sentence


@pytest.mark.parametrize("written", ["26-01-05", "01/05/2026", "5.1.2026", "100", "99999", "2026-02-30", "2026-13-01"])
def test_a_day_that_could_be_another_is_rejected(tmp_path: Path, written: str) -> None:
    for kind in ("str", "n") if written.isdigit() else ("str",):
        verdict = only(upload(tmp_path, with_cell("开票日期", f'<c r="{{at}}" t="{kind}"><v>{written}</v></c>')))
        assert (verdict.kind, place("开票日期") in verdict.sentence) == ("rejected", True)


def dated(folder: Path, value: Any, style: str) -> RowFate:
    """The list out of a workbook whose days count from 1904."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.title = "发票基础信息"
    for row in (HEADINGS, [value if name == "开票日期" else cell for name, cell in zip(HEADINGS, ROW, strict=True)]):
        sheet.append(row)
    sheet[place("开票日期")].number_format = style
    book.save(folder / "1904.xlsx")
    return only(upload(folder, (folder / "1904.xlsx").read_bytes()))


SERIAL = (date(2026, 1, 5) - date(1904, 1, 1)).days


@pytest.mark.parametrize(
    ("value", "style"),
    [(SERIAL, "General"), (date(2026, 1, 5), "yyyy-mm-dd"), ("2026-01-05", "General"), (20260105, "0")],
)
def test_a_day_of_a_workbook_that_counts_from_1904_is_the_day_that_excel_shows(
    tmp_path: Path, value: Any, style: str
) -> None:
    assert dated(tmp_path, value, style).row.values["issue_date"] == "2026-01-05"


def test_a_number_of_days_as_text_is_not_certain_there(tmp_path: Path) -> None:
    assert "无法确定从 1900 年还是 1904 年数起" in dated(tmp_path, str(SERIAL), "@").sentence


LINE_HEADINGS = ["发票代码", "发票号码", "数电发票号码", "开票日期", "税收分类编码", "货物或应税劳务名称", "金额", "税率", "税额",
                 "发票票种"]  # fmt: skip
LINE = ["", "", "26112000000000000001", "2026-01-05", "3040201010000000000", "*服务*甲", "100", "13%", "13",
        "数电发票（增值税专用发票）"]  # fmt: skip


def lines(folder: Path, change: Callable[[list[str]], None], merged: str = "") -> list[RowFate]:
    """Two lines of one invoice, the second changed."""
    second = list(LINE)
    change(second)
    after = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    rows = "".join(text_cells(number, cells) for number, cells in enumerate((LINE_HEADINGS, LINE, second), start=1))
    (file,) = upload(folder, raw_workbook(rows, after=after, name="信息汇总表"))
    return [verdict for _, verdict in file.verdicts]


def test_a_merged_number_stands_for_every_row_and_a_merged_amount_for_none(tmp_path: Path) -> None:
    def without_number(cells: list[str]) -> None:
        cells[2] = ""

    first, second = lines(tmp_path, without_number, "C2:C3")
    assert (first.kind, second.kind) == ("ok", "ok")
    assert second.row.values["document_key"] == LINE[2]

    def without_amount(cells: list[str]) -> None:
        cells[6] = ""

    _, second = lines(tmp_path, without_amount, "G2:G3")
    assert (second.kind, "G3" in second.sentence, "合并" in second.sentence) == ("rejected", True, True)


@pytest.mark.parametrize(("at", "written"), [(4, "3.04020E+18"), (7, "0.5"), (7, "百分之十三")])
def test_a_rounded_code_and_an_unsure_rate_are_rejected(tmp_path: Path, at: int, written: str) -> None:
    def changed(cells: list[str]) -> None:
        cells[at] = written

    _, second = lines(tmp_path, changed)
    assert (second.kind, f"{chr(65 + at)}3" in second.sentence) == ("rejected", True)


@pytest.mark.parametrize("day", ["1899-12-31", "0026-01-03", "2100-01-01"])
def test_a_day_that_no_invoice_has_is_told_once_and_in_the_clerks_words(tmp_path: Path, day: str) -> None:
    verdict = only(upload(tmp_path, with_cell("开票日期", f'<c r="{{at}}" t="inlineStr"><is><t>{day}</t></is></c>')))
    assert (verdict.kind, verdict.sentence.count(day)) == ("rejected", 1)
    assert "不在 1950 年至 2099 年之间" in verdict.sentence
