"""A formula cell is named by its address and taken for no value; what stands beside it is read."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.worksheet.formula import ArrayFormula

from bureau_uploads import full_rows, upload
from fapiao.bounds import bound
from fapiao.bureau_files.formulas import Formulas
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.windows import windows
from raw_workbooks import raw_workbook, text_cells

pytestmark = pytest.mark.finding("F28")
SUFFIXES = (".xls", ".xlsx")
HEADINGS, ROW = (list(map(str, row)) for row in full_rows())
AMOUNT = HEADINGS.index("金额")
NUMBER = HEADINGS.index("数电发票号码")
SECOND = [*ROW[:NUMBER], ROW[NUMBER][:-4] + "9999", *ROW[NUMBER + 1 :]]


def clerks_workbook(suffix: str, cells: dict[tuple[int, int], str], rows: list[list[str]]) -> bytes:
    """The bureau's list with formulas at (row, column) from 0."""
    kept = io.BytesIO()
    if suffix == ".xls":
        old = xlwt.Workbook()
        page = old.add_sheet("发票基础信息")
        for row_no, row in enumerate(rows):
            for column, cell in enumerate(row):
                if (row_no, column) not in cells:
                    page.write(row_no, column, cell)
        for (row_no, column), formula in cells.items():
            page.write(row_no, column, xlwt.Formula(formula))
        old.save(kept)
    else:
        new = openpyxl.Workbook()
        sheet = new.active
        sheet.title = "发票基础信息"
        for row in rows:
            sheet.append(row)
        for (row_no, column), formula in cells.items():
            sheet.cell(row_no + 1, column + 1).value = f"={formula}"
        new.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_sum_that_a_clerk_calculates_below_keeps_no_row_out(tmp_path: Path, suffix: str) -> None:
    rows = [HEADINGS, ROW, SECOND, ["合计"]]
    (file,) = upload(tmp_path, clerks_workbook(suffix, {(3, AMOUNT): "SUM(J2:J3)"}, rows))
    assert [verdict.kind for _, verdict in file.verdicts] == ["ok", "ok", "skipped"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_row_with_a_formula_is_rejected_by_its_address_and_the_others_come_in(tmp_path: Path, suffix: str) -> None:
    (file,) = upload(tmp_path, clerks_workbook(suffix, {(1, AMOUNT): "50+50"}, [HEADINGS, ROW, SECOND]))
    assert [verdict.kind for _, verdict in file.verdicts] == ["rejected", "ok"]
    assert f"{chr(65 + AMOUNT)}2“金额”：单元格是公式" in file.verdicts[0][1].sentence


def test_a_formula_in_a_column_that_nobody_reads_keeps_nothing_out(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "核对"], ROW, SECOND]
    (file,) = upload(tmp_path, clerks_workbook(".xlsx", {(1, len(ROW)): "J2+K2", (2, len(ROW)): "J3+K3"}, rows))
    assert [verdict.kind for _, verdict in file.verdicts] == ["ok", "ok"]


def test_a_formula_deep_in_a_long_old_workbook_is_found(tmp_path: Path) -> None:
    numbers = [[*ROW[:NUMBER], f"{number:020}", *ROW[NUMBER + 1 :]] for number in range(2_000)]
    content = clerks_workbook(".xls", {(2_000, AMOUNT): "SUM(A1:A2)"}, [HEADINGS, *numbers])
    (file,) = upload(tmp_path, content)
    assert [verdict.row.row_no for verdict in file.of_kind("rejected")] == [2_001]


def test_the_cells_that_an_array_fills_are_calculated_too(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(clerks_workbook(".xlsx", {}, [HEADINGS, ROW, SECOND])))
    at = chr(65 + AMOUNT)
    book.worksheets[0][f"{at}2"] = ArrayFormula(f"{at}2:{at}3", "={1;2}")
    kept = io.BytesIO()
    book.save(kept)
    (file,) = upload(tmp_path, kept.getvalue())
    assert [verdict.kind for _, verdict in file.verdicts] == ["rejected", "rejected"]


PLAIN = (
    '<worksheet><sheetData><row r="7"><c r="A7"><v>1</v></c><c s="1" r="B7"><f>1+1</f><v>2</v></c>'
    '<c r="C7"><f t="shared" si="0"/></c><c r="D7">'
    "<v>3</v></c></row></sheetData></worksheet>"
)


def test_formulas_are_found_wherever_the_pieces_of_a_sheet_meet() -> None:
    content = PLAIN.encode()
    for size in (*range(len("<worksheet>"), 60), len(content)):
        found = Formulas()
        for window in windows(content[start : start + size] for start in range(0, len(content), size)):
            found.look(window)
        assert found.found == {"B7", "C7"}


@pytest.mark.finding("F77")
@pytest.mark.parametrize(
    "before",
    ["", f"<!--{'x' * 200_000}-->", "<?note?>", "<!--<c r='Z9'/>-->"],
    ids=["plain", "long comment", "instruction", "cell in a comment"],
)
@pytest.mark.parametrize(
    "formula", ["<f>50+50</f>", "<f t='shared' si='0'/>", "<x:f>50+50</x:f>", "<f><![CDATA[50+50]]></f>", "<f/>"]
)
def test_a_formula_is_found_however_its_sheet_is_written(tmp_path: Path, before: str, formula: str) -> None:
    at = chr(65 + AMOUNT)
    cell = f'<c r="{at}2" xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{formula}<v>100</v></c>'
    row = re.sub(rf'<c r="{at}2".*?</c>', cell, text_cells(2, ROW))
    (file,) = upload(tmp_path, raw_workbook(before + text_cells(1, HEADINGS) + row + text_cells(3, SECOND)))
    assert [verdict.kind for _, verdict in file.verdicts] == ["rejected", "ok"]


@pytest.mark.finding("F77")
def test_a_formula_in_a_cell_that_says_no_address_is_named_all_the_same(tmp_path: Path) -> None:
    rows = text_cells(1, HEADINGS) + text_cells(2, ROW) + "<row><c><f>1+1</f></c></row>"
    (file,) = upload(tmp_path, raw_workbook(rows))
    assert file.file.looked.formulas == {"发票基础信息": {"A3"}}


def test_more_formulas_than_are_kept_refuse_the_file(tmp_path: Path) -> None:
    rows = text_cells(1, HEADINGS) + text_cells(2, ROW)
    many = range(3, bound("formula_cells").value + 4)
    rows += "".join(f'<row r="{row}"><c r="A{row}"><f>1</f></c></row>' for row in many)
    with pytest.raises(FileRefusal, match="公式单元格"):
        upload(tmp_path, raw_workbook(rows))
