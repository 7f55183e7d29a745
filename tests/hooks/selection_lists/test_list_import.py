"""A list is imported by the rules of S2: each row is told, byte for byte, every rule it breaks; the others go on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from customs_rows import customs_document, customs_documents, number, organisation, set_columns
from enterprise_files import workbook
from fapiao.errors import BadInput
from fapiao.exports.templates import templates
from fapiao.selection.chosen import RequestedDocument, SelectionRequest
from fapiao.selection.list_rows import unread_columns
from fapiao.selection.list_verdicts import ListVerdict, list_requests
from fapiao.tables.lines import Table
from fapiao.tables.reading import read_tables
from fapiao.tables.yaml_lines import read_yaml
from hooks.selection_lists.list_import import validate_list, write_result
from launcher.main import main
from pool_rows import OWNER, SELLER, digital, merge

Pool = psycopg.Connection[Any]
HEADINGS = ["是否勾选", "缴款书号码", "不抵扣原因", "其他原因说明", "发票号码"]
REASON = "用于免税项目"
INVOICE = str(digital()["fphm"])
TEXTS = {
    1: "必填字段缺失",
    2: "存在重复行，请检查并删除重复行",
    3: "发票不存在，请先从税局下载或是上传",
    4: "发票勾选状态不是已勾选，不能撤销勾选，请先从税局下载更新",
    5: "发票勾选状态不是未勾选或预勾选，不能勾选，请先从税局下载更新",
    6: "发票数据不完整，不能勾选，请先从税局下载更新",
    7: "不可勾选的发票类型。",
    8: "开票金额必须大于0，请下载更新发票。",
    9: "只允许勾选发票状态为“正常”和“部分红冲”的发票，请下载更新发票。",
    10: "只允许勾选发票状态为“正常”的发票，请下载更新发票。",
}
CODES = [
    "MISSING_FIELD",
    "TWICE",
    "NOT_IN_POOL",
    "NOT_SELECTED",
    "SELECTED",
    "INCOMPLETE",
    "TYPE",
    "AMOUNT",
    "STATUS",
    "RISK_LEVEL",
]


@pytest.fixture
def pool(pool: Pool) -> Pool:
    """Documents 1 to 4 of one company that selects by 电子税局, and an invoice of it."""
    organisation(pool, "ORG1", OWNER, channel="etax")
    customs_documents(pool, *(customs_document(n) for n in range(1, 5)))
    merge(pool, "digital", [digital()])
    return pool


def tables(*rows: Sequence[object]) -> list[list[Table]]:
    """One file with these rows under HEADINGS."""
    lines = [
        "- {" + ", ".join(f"{name}: '{value}'" for name, value in zip(HEADINGS, row, strict=False)) + "}"
        for row in rows
    ]
    return [read_yaml("list.yaml", "\n".join(lines))]


def verdicts(pool: Pool, *rows: Sequence[object], **more: Any) -> list[ListVerdict]:
    """What becomes of the rows."""
    return validate_list(pool, tables(*rows), **more)


def broken(pool: Pool, *row: object, **more: Any) -> list[int]:
    """The numbers of the rules that one row breaks: sentence and code belong together."""
    ((one),) = verdicts(pool, row, **more)
    return [rule_of(problem.code, problem.text) for problem in one.problems]


def rule_of(code: str, text: str) -> int:
    """The rule of a code, whose sentence must be this one."""
    rule = CODES.index(code) + 1
    assert TEXTS[rule] == text
    return rule


@pytest.mark.req("R149", "R195")
def test_a_row_that_breaks_no_rule_goes_on(pool: Pool) -> None:
    (one,) = verdicts(pool, ("勾选", number(1), REASON))
    assert (one.passed, one.found and one.found.taxpayer_no) == (True, OWNER)


@pytest.mark.req("R175", "R194", "R196")
@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (("", number(1), REASON), ("是否勾选",)),
        (("勾选", "", REASON), ("缴款书号码",)),
        (("勾选", number(1)), ("不抵扣原因",)),
        (("勾选", number(1), "其他"), ("其他原因说明",)),
        (("勾选", ""), ("缴款书号码", "不抵扣原因")),
    ],
)
def test_rule_1_names_the_columns_that_are_missing(pool: Pool, row: tuple[str, ...], columns: tuple[str, ...]) -> None:
    (one,) = verdicts(pool, row)
    assert [(problem.text, problem.columns) for problem in one.problems] == [(TEXTS[1], columns)]


@pytest.mark.finding("F62")
@pytest.mark.req("R202")
def test_an_invoice_in_the_column_of_customs_documents_is_refused_by_its_type_and_not_as_unknown(pool: Pool) -> None:
    assert broken(pool, "勾选", INVOICE, REASON) == [7]
    assert broken(pool, "勾选", " ".join(INVOICE), REASON) == [7]


@pytest.mark.req("R194", "A-44")
def test_who_withdraws_needs_no_reason(pool: Pool) -> None:
    set_columns(pool, number(1), selection_status="1")
    assert broken(pool, "撤销勾选", number(1)) == []


@pytest.mark.req("R197")
def test_rule_2_tells_every_row_of_a_number_that_stands_there_twice_however_it_is_written(pool: Pool) -> None:
    written = number(1).replace("-", "—").lower()
    found = verdicts(
        pool, ("勾选", number(1), REASON), ("勾选", number(2), REASON), ("撤销勾选", written),
        ("勾选", "", REASON, "", INVOICE), ("勾选", "", REASON, "", INVOICE),
    )  # fmt: skip
    told = [[rule_of(problem.code, problem.text) for problem in one.problems] for one in found]
    assert [2 in rules for rules in told] == [True, False, True, True, True]


@pytest.mark.req("R197", "R198")
def test_an_invoice_of_document_is_told_from_others_by_its_code_and_its_number_together(pool: Pool) -> None:
    set_columns(
        pool, INVOICE, invoice_type="01", invoice_code="3100194130", invoice_no="12345678", etax_invoice_no=None
    )
    numbered = [("3100194130", "12345678"), ("3100194131", "12345678"), ("3100194130", "12345679")]
    for twice in (False, True):
        rows = [f"- {{是否勾选: 勾选, 不抵扣原因: {REASON}, 发票代码: '{code}', 发票号码: '{digits}'}}"
                for code, digits in [*numbered, *numbered[:twice]]]  # fmt: skip
        found = validate_list(pool, [[*read_yaml("a.yaml", "\n".join(rows))]])
        told = [[rule_of(problem.code, problem.text) for problem in one.problems] for one in found]
        assert [3 in rules for rules in told] == [False, True, True, *[False] * twice]
        assert [2 in rules for rules in told] == [twice, False, False, *[True] * twice]


@pytest.mark.req("R198")
def test_rule_3_a_document_that_the_pool_has_not_is_told_nothing_else(pool: Pool) -> None:
    assert broken(pool, "勾选", number(9), REASON) == [3]
    assert broken(pool, "勾选", "", REASON, "", "99999999") == [3]


@pytest.mark.req("R199")
@pytest.mark.parametrize(("status", "rules"), [("1", []), ("0", [4]), (None, [4]), ("4", [4]), ("2", [4]), ("5", [4])])
def test_rule_4_only_what_is_selected_can_be_withdrawn(pool: Pool, status: str | None, rules: list[int]) -> None:
    set_columns(pool, number(1), selection_status=status)
    assert broken(pool, "撤销勾选", number(1)) == rules


@pytest.mark.req("R200", "R174")
@pytest.mark.parametrize(("status", "rules"), [("0", []), ("4", []), (None, []), ("1", [5]), ("2", [5]), ("3", [5])])
def test_rule_5_only_what_is_not_or_pre_selected_can_be_selected(
    pool: Pool, status: str | None, rules: list[int]
) -> None:
    set_columns(pool, number(1), selection_status=status)
    assert broken(pool, "勾选", number(1), REASON) == rules


@pytest.mark.req("R201")
@pytest.mark.parametrize(
    ("channel", "column", "rules"),
    [("etax", "issue_date", [6]), ("etax", "tax_amount", [6]), ("leqi", "issue_date", [6]), ("leqi", "tax_amount", [])],
)
def test_rule_6_wants_what_the_channel_wants(pool: Pool, channel: str, column: str, rules: list[int]) -> None:
    pool.execute("UPDATE enterprise.taxpayer SET channel = %s", [channel])
    set_columns(pool, number(1), **{column: None})
    assert broken(pool, "勾选", number(1), REASON) == rules


@pytest.mark.req("R202")
def test_rule_7_refuses_invoices_and_documents_of_the_consumption_tax(pool: Pool) -> None:
    customs_documents(pool, customs_document(8, hgjkshm=number(8, "Y")))
    assert broken(pool, "勾选", "", REASON, "", INVOICE) == [7]
    assert broken(pool, "勾选", number(8, "Y"), REASON) == [7]


@pytest.mark.req("R203")
@pytest.mark.parametrize(("amount", "rules"), [("0.01", [7]), ("0", [7, 8]), ("-5", [7, 8]), (None, [6, 7, 8])])
def test_rule_8_wants_an_amount_above_nothing_of_an_invoice(pool: Pool, amount: str | None, rules: list[int]) -> None:
    set_columns(pool, INVOICE, amount=amount)
    assert broken(pool, "勾选", "", REASON, "", INVOICE) == rules


@pytest.mark.req("R204")
@pytest.mark.parametrize(("status", "rules"), [("0", [7]), ("7", [7]), ("8", [7, 9]), ("2", [7, 9]), ("1", [7, 9])])
def test_rule_9_wants_a_normal_or_partly_red_invoice(pool: Pool, status: str, rules: list[int]) -> None:
    set_columns(pool, INVOICE, status=status)
    assert broken(pool, "勾选", "", REASON, "", INVOICE) == rules


@pytest.mark.req("R203", "R204")
def test_rules_8_and_9_do_not_look_at_documents_of_the_customs(pool: Pool) -> None:
    set_columns(pool, number(1), amount=-5, status="8")
    assert broken(pool, "勾选", number(1), REASON) == []


@pytest.mark.req("R205", "A-15")
@pytest.mark.parametrize(("risk", "rules"), [("01", []), (None, []), ("02", [10]), ("03", [10])])
def test_rule_10_looks_at_the_risk_whatever_its_sentence_says(pool: Pool, risk: str | None, rules: list[int]) -> None:
    set_columns(pool, number(1), risk_status=risk)
    assert broken(pool, "勾选", number(1), REASON) == rules


@pytest.mark.req("A-15")
def test_rule_9_comes_before_rule_10_and_partly_red_with_a_normal_risk_passes_both(pool: Pool) -> None:
    set_columns(pool, INVOICE, status="8", risk_status="02")
    assert broken(pool, "勾选", "", REASON, "", INVOICE) == [7, 9, 10]
    set_columns(pool, INVOICE, status="7", risk_status="01")
    assert broken(pool, "勾选", "", REASON, "", INVOICE) == [7]


@pytest.mark.req("R149", "R195")
def test_a_row_is_told_all_that_is_wrong_with_it_at_once(pool: Pool) -> None:
    set_columns(pool, number(1), selection_status="1", risk_status="02", issue_date=None)
    assert broken(pool, "勾选", number(1)) == [1, 5, 6, 10]


def test_a_word_that_nobody_knows_is_told_with_its_column(pool: Pool) -> None:
    (one,) = verdicts(pool, ("好", number(1), "好玩"))
    assert [(problem.code, problem.text, problem.columns) for problem in one.problems] == [
        ("UNKNOWN_WORD", "填写的内容无法识别，请按模板填写", ("是否勾选", "不抵扣原因"))
    ]


def test_a_number_of_two_taxpayers_wants_the_tax_number(pool: Pool) -> None:
    customs_documents(pool, customs_document(1), owner=SELLER)
    (one,) = verdicts(pool, ("勾选", number(1), REASON))
    assert [problem.text for problem in one.problems] == ["该票据属于多个税号，请填写企业税号"]
    row = f"- {{是否勾选: 勾选, 缴款书号码: '{number(1)}', 不抵扣原因: {REASON}, 企业税号: {SELLER}}}"
    (one,) = validate_list(pool, [[*read_yaml("a.yaml", row)]])
    assert (one.passed, one.found and one.found.taxpayer_no) == (True, SELLER)


@pytest.mark.req("R150")
def test_a_document_of_an_organisation_that_is_not_allowed_is_told_nothing_else(pool: Pool) -> None:
    set_columns(pool, number(1), selection_status="1")
    (one,) = verdicts(pool, ("勾选", number(1), REASON), allowed=["ORG2"])
    assert [problem.text for problem in one.problems] == ["您没有该核算组织的权限。"]
    assert verdicts(pool, ("勾选", number(2), REASON), allowed=["ORG1"])[0].passed


@pytest.mark.req("R195")
def test_the_rows_that_passed_become_a_wish_to_select_and_one_to_withdraw(pool: Pool) -> None:
    set_columns(pool, number(2), selection_status="1")
    found = verdicts(
        pool,
        ("勾选", number(1), "其他", "样品"),
        ("撤销勾选", number(2), REASON),
        ("勾选", number(3), REASON),
        ("勾选", number(9), REASON),
    )
    assert list_requests(found) == [
        SelectionRequest(
            "not_deduct",
            "import",
            (RequestedDocument(OWNER, number(1), "5", "样品"), RequestedDocument(OWNER, number(3), "2")),
        ),
        SelectionRequest("undo_not_deduct", "import", (RequestedDocument(OWNER, number(2)),)),
    ]
    assert list_requests(found[3:]) == []


@pytest.mark.req("R195", "R196")
def test_the_result_is_a_workbook_with_every_reason_of_every_row(pool: Pool, tmp_path: Path) -> None:
    found = verdicts(pool, ("勾选", number(1), REASON), ("勾选", number(1)))
    file = tmp_path / "result.xlsx"
    assert write_result(file, found) == 2
    headings, first, second = load_workbook(file)["引入结果"].iter_rows(values_only=True)
    rows = [dict(zip(headings, row, strict=True)) for row in (first, second)]
    assert [row["缴款书号码"] for row in rows] == [number(1), number(1)]
    assert [row["任务处理状态"] for row in rows] == ["处理失败", "处理失败"]
    assert rows[1]["处理失败原因"] == f"{TEXTS[1]}\n{TEXTS[2]}"
    assert (rows[1]["涉及的列"], rows[1]["原因代码"]) == ("不抵扣原因", "MISSING_FIELD\nTWICE")
    write_result(file, verdicts(pool, ("勾选", number(1), REASON)))
    _, (*_, status, reason, _, _) = load_workbook(file)["引入结果"].iter_rows(values_only=True)
    assert (status, reason) == ("校验通过", None)


@pytest.mark.req("R194")
def test_the_template_is_a_list_once_it_is_filled_in(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    assert main(["template", "selection", "--out", str(file)]) == 0
    book = load_workbook(file)
    sheet = book["引入清单"]
    assert [cell.value for cell in sheet[1]] == [column.name for column in templates()["selection"].columns("引入清单")]
    sheet.append(["勾选", number(1), REASON])
    book.save(file)
    assert [one.passed for one in validate_list(pool, [read_tables(file)])] == [True]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["是否勾选", "号码"], ["勾选", "1"]], "工作表“引入清单”：缺少列：缴款书号码"),
        ([["缴款书号码", "原因"], ["1", "x"]], "缺少列：是否勾选"),
        (
            [["是否勾选", "缴款书号码", "不抵扣理由"], ["勾选", "1", "x"]],
            "第 2 行 C 列“不抵扣理由”：无法识别该列；您要的是“不抵扣原因”吗？",
        ),
        ([HEADINGS], "清单中没有数据行；请填写 ./fapiao template selection 给出的模板"),
        ([HEADINGS, ["勾选", 531020261000000000001]], "第 2 行 B 列“缴款书号码”：超过 15 位的数字已丢失末尾几位"),
        ([HEADINGS, ["勾选", '="53"&"1"']], "第 2 行 B 列：内容是公式；请复制后以数值方式粘贴，再引入"),
    ],
)
def test_a_file_that_is_no_list_says_why(pool: Pool, tmp_path: Path, rows: list[list[object]], sentence: str) -> None:
    file = workbook(tmp_path / "list.xlsx", 引入清单=rows)
    with pytest.raises(BadInput) as refused:
        validate_list(pool, [read_tables(file)])
    assert sentence in str(refused.value)


@pytest.mark.finding("F28")
@pytest.mark.parametrize(
    ("headings", "row", "left_out"),
    [
        ([*HEADINGS[:3], "部门"], ["勾选", number(1), REASON, "财务部"], ["部门"]),
        (["是否要勾选", *HEADINGS[1:3]], ["是", number(1), REASON], []),
        (["是否勾选", "海关缴款书号码", "不抵扣原因", "备注"], ["勾选", number(1), REASON, "x"], ["备注"]),
    ],
)
def test_a_clerks_headings_are_read_and_a_column_more_is_named(
    pool: Pool, tmp_path: Path, headings: list[str], row: list[object], left_out: list[str]
) -> None:
    tables = read_tables(workbook(tmp_path / "list.xlsx", 引入清单=[headings, row]))
    assert [one.passed for one in validate_list(pool, [tables])] == [True]
    assert [sentence.split("列“")[1].split("”")[0] for sentence in unread_columns([tables])] == left_out


def test_a_file_that_is_empty_or_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    for name in ("empty.csv", "missing.csv"):
        with pytest.raises(BadInput, match=name):
            read_tables(tmp_path / name)
