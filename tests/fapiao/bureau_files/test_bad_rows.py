"""A row that cannot be read is left out alone, and its verdict names the cell and what to do."""

from datetime import date, datetime
from pathlib import Path

import pytest

from bureau_uploads import FULL, SAMPLES, ReadFile, full_rows, sample_of, upload, workbook
from fapiao.bureau_files.cells import text
from fapiao.bureau_files.columns import ColumnReader
from simulator.bureau_files.sheets import Cell

SUFFIXES = (".xls", ".xlsx")
DIGITAL = "数电发票号码"


def read(tmp_path: Path, suffix: str = ".xlsx", **cells: Cell) -> ReadFile:
    """发票基础信息 of one row with these cells."""
    return upload(tmp_path, workbook(full_rows(**cells), suffix))[0]


def sentence(found: ReadFile, kind: str) -> str:
    """The one verdict's sentence."""
    ((_, verdict),) = found.verdicts
    assert verdict.kind == kind
    return verdict.sentence


@pytest.mark.req("A-32")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_20_digit_number_that_became_a_float_is_rejected_with_its_address(tmp_path: Path, suffix: str) -> None:
    said = sentence(read(tmp_path, suffix, **{DIGITAL: 26312000001000000001.0}), "rejected")
    assert said.startswith("D2“数电发票号码”：单元格是超过 15 位的数字，末几位已被 Excel 改掉")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({DIGITAL: "2.6312E+19"}, "D2“数电发票号码”：“2.6312E+19”是被 Excel 改成科学计数的号码"),
        ({DIGITAL: "2631200000100000000"}, "D2“数电发票号码”：“2631200000100000000”应为 20 位数字"),
        (
            {DIGITAL: "--", "发票代码": 31002011301.0},
            "B2“发票代码”：单元格是数字 31002011301，应为 10 或 12 位，开头的 0",
        ),
        ({DIGITAL: "--", "发票号码": 1234567.0}, "C2“发票号码”：单元格是数字 1234567，应为 8 或 20 位，开头的 0"),
        ({"开票日期": "2026-02-30"}, "I2“开票日期”：“2026-02-30”不是存在的日期"),
        ({"开票日期": "去年"}, "I2“开票日期”：“去年”不是日期"),
        ({"开票日期": "--"}, "I2“开票日期”：没有日期"),
        ({"金额": "一百元"}, "J2“金额”：“一百元”不是金额或数量"),
        ({DIGITAL: "--", "发票号码": "12345678"}, "第 2 行：发票号码 "),
        ({DIGITAL: "-"}, "第 2 行：没有票据号码，也不是合计行"),
    ],
)
def test_an_unreadable_cell_rejects_its_row(tmp_path: Path, suffix: str, cells: dict[str, Cell], said: str) -> None:
    assert said in sentence(read(tmp_path, suffix, **cells), "rejected")


def test_a_bad_row_among_a_thousand_good_ones_is_found_alone(tmp_path: Path) -> None:
    headings, row = full_rows()
    place = headings.index(DIGITAL)
    many = [[*row[:place], f"2{number:019d}", *row[place + 1 :]] for number in range(1100)]
    many[700][headings.index("金额")] = "一百元"
    verdicts = upload(tmp_path, workbook([headings, *many]))[0].verdicts
    assert [verdict.row.row_no for _, verdict in verdicts] == list(range(2, 1102))
    ((_, bad),) = [one for one in verdicts if one[1].kind != "ok"]
    assert (bad.row.row_no, bad.sentence) == (702, "J702“金额”：“一百元”不是金额或数量")
    assert [verdict.row.values["etax_invoice_no"] for _, verdict in verdicts] == [one[place] for one in many]


def test_true_does_not_read_as_the_1_beside_it() -> None:
    column = ColumnReader("unit", 0, text)
    assert column.read_all([1.0, True, 1, "1"]) == ["1", "TRUE", "1", "1"]


def test_all_bad_cells_of_a_row_are_named_at_once(tmp_path: Path) -> None:
    said = sentence(read(tmp_path, **{"金额": "x", "税额": "y"}), "rejected")
    assert "J2“金额”" in said
    assert "K2“税额”" in said


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"发票票种": "数电发票（火星票）"}, "P2“发票票种”：无法识别的票种“数电发票（火星票）”"),
        ({"发票状态": "蒸发"}, "O2“发票状态”：无法识别的内容“蒸发”"),
        ({"发票票种": "--"}, "第 2 行：没有票种"),
    ],
)
def test_an_unknown_word_waits_in_quarantine(tmp_path: Path, cells: dict[str, Cell], said: str) -> None:
    rows = full_rows()[0]
    letter = {"发票票种": chr(65 + rows.index("发票票种")), "发票状态": chr(65 + rows.index("发票状态"))}
    expected = said.replace("P2", f"{letter['发票票种']}2").replace("O2", f"{letter['发票状态']}2")
    found = sentence(read(tmp_path, **cells), "quarantined")
    assert found.startswith(expected)


def test_a_title_that_names_no_known_type_puts_its_documents_into_quarantine(tmp_path: Path) -> None:
    rows = [list(row) for row in sample_of("01").sheets[1].rows]
    rows[0] = ["火星发票"]
    found = upload(tmp_path, workbook(rows, ".xls"))[0]
    assert {verdict.kind for _, verdict in found.verdicts} == {"quarantined"}
    assert "火星发票" in found.verdicts[0][1].sentence


@pytest.mark.parametrize("word", ["合计", "小计", "总计：", "份数：2"])
def test_a_sum_is_skipped_where_no_document_is_named(tmp_path: Path, word: str) -> None:
    rows = full_rows()
    rows.append([word, "", "", "--", *[""] * 5, 100.5, "-"])
    found = upload(tmp_path, workbook(rows))[0]
    assert [(verdict.kind, verdict.sentence) for _, verdict in found.verdicts] == [("ok", ""), ("skipped", "合计行")]


def test_empty_rows_have_no_verdict_and_rows_keep_their_number(tmp_path: Path) -> None:
    headings, first = full_rows()
    found = upload(tmp_path, workbook([[], [], headings, [], first, [], first]))[0]
    assert [verdict.row.row_no for _, verdict in found.verdicts] == [5, 7]


def test_a_table_may_begin_in_another_column(tmp_path: Path) -> None:
    rows = [["", "", *row] for row in full_rows(**{"金额": "x"})]
    assert "L2“金额”" in sentence(upload(tmp_path, workbook(rows))[0], "rejected")


@pytest.mark.req("R274", "A-19")
@pytest.mark.parametrize("name", ["（详见销货清单）", "原价合计", "折扣额合计"])
def test_lines_that_are_no_goods_are_left_to_the_line_filter(tmp_path: Path, name: str) -> None:
    """errorGoodsNames may name others, and holds for blue invoices only: the reader leaves nothing out on its own."""
    headings, first, *_ = SAMPLES[FULL].sheets[1].rows
    first = [name if heading == "货物或应税劳务名称" else cell for heading, cell in zip(headings, first, strict=True)]
    found = upload(tmp_path, workbook([list(headings), first], sheet="信息汇总表"))[0]
    assert [values["goods_name"] for values in found.values("lines")] == [name]


def test_headings_are_found_in_any_order_dress_and_width_and_new_ones_are_listed(tmp_path: Path) -> None:
    headings, first = full_rows()
    dressed = {"数电发票号码": " 数电票号码*\n（必填）", "开票日期": "开票日期＊"}
    rows = [[dressed.get(str(cell), cell) for cell in reversed(headings)] + ["福建列"], [*reversed(first), "x"]]
    found = upload(tmp_path, workbook(rows))[0]
    assert found.values("documents")[0]["etax_invoice_no"] == SAMPLES[FULL].documents[0].digital
    assert found.parts[0].unknown_headings == ("福建列",)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("cell", "day", "instant"),
    [
        ("2026-07-10 11:33:22", "2026-07-10", "2026-07-10 11:33:22"),
        ("2026/7/9", "2026-07-09", None),
        ("20260710", "2026-07-10", None),
        ("2026年07月10日", "2026-07-10", None),
        ("2026.07.10 9:05", "2026-07-10", "2026-07-10 09:05:00"),
        (20260710.0, "2026-07-10", None),
        (46213.0, "2026-07-10", None),
        (46213.5, "2026-07-10", "2026-07-10 12:00:00"),
        ("46213", "2026-07-10", None),
        (date(2026, 7, 10), "2026-07-10", None),
    ],
)
def test_a_day_is_read_in_every_form(tmp_path: Path, suffix: str, cell: Cell, day: str, instant: str | None) -> None:
    first = read(tmp_path, suffix, 开票日期=cell).values("documents")[0]
    assert (first["issue_date"], first["issued_at"]) == (day, instant)


def test_an_instant_may_be_a_date_cell(tmp_path: Path) -> None:
    moment = datetime(2026, 7, 10, 11, 33, 22)  # noqa: DTZ001 a cell has no zone
    first = read(tmp_path, 开票日期=moment).values("documents")[0]
    assert first["issued_at"] == "2026-07-10 11:33:22"


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("￥12.00", "12.00"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (-5.0, "-5"),
        ("--", None),
    ],
)
def test_an_amount_is_decimal_text(tmp_path: Path, cell: Cell, amount: str | None) -> None:
    assert read(tmp_path, 金额=cell).values("documents")[0]["amount"] == amount


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("13%", "0.13"),
        ("0.06", "0.06"),
        (0.09, "0.09"),
        ("3", "0.03"),
        ("免税", None),
        ("***", None),
        ("普通零税率", "0"),
        ("0%", "0"),
    ],
)
def test_a_rate_is_a_fraction(tmp_path: Path, cell: Cell, rate: str | None) -> None:
    headings, first, *_ = SAMPLES[FULL].sheets[1].rows
    first = [cell if heading == "税率" else one for heading, one in zip(headings, first, strict=True)]
    found = upload(tmp_path, workbook([list(headings), first], sheet="信息汇总表"))[0]
    assert found.values("lines")[0]["tax_rate"] == rate


def test_a_number_split_into_12_and_8_is_joined(tmp_path: Path) -> None:
    cells = {DIGITAL: "--", "发票代码": "255020000001", "发票号码": "45098656", "发票票种": "数电发票（普通发票）"}
    first = read(tmp_path, **cells).values("documents")[0]
    assert first["document_key"] == "25502000000145098656"


@pytest.mark.parametrize(("text", "code"), [("已红冲-全额", "8"), ("已红冲-部分", "7"), ("作废", "2"), ("正常", "0")])
def test_status_texts_become_the_pools_codes(tmp_path: Path, text: str, code: str) -> None:
    assert read(tmp_path, 发票状态=text).values("documents")[0]["status"] == code
