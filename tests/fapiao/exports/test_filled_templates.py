"""A clerk's workbook made from a template loads; so it does under English headings; under both it is refused."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from enterprise_files import DAY, ETAX, LEQI, WORDS, group, workbook
from fapiao.enterprise.entries import Entry, KnownEntries, checked, entry_forms, entry_words
from fapiao.enterprise.form import Problems
from fapiao.enterprise.kinds import lines_by_kind
from fapiao.enterprise.loading import load_schemes, load_taxpayers
from fapiao.enterprise.receipts import receipts
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.exports.templates import templates
from fapiao.permissions.grants import read_grants
from fapiao.rules.book import rulebook
from fapiao.rules.templates import headings_of, table_label
from fapiao.selection.auto_rules import auto_words, read_auto_rules
from fapiao.selection.list_rows import list_rows
from fapiao.tables.lines import Table
from fapiao.tables.reading import read_tables
from launcher.commands import template as command

pytestmark = pytest.mark.finding("F62")
Files = list[list[Table]]
CUSTOMS = "531020241123456789-L01"
FILLED: dict[str, dict[str, str]] = {
    "taxpayers": {
        "taxpayer_no": LEQI, "name": "甲公司", "org_code": "0100", "org_name": "北京", "org_parent": "0001", "channel": "乐企",
        "company_type": "小规模", "leqi_id": "LQ1", "leqi_authorised_on": "2026年1月5日", "selection_channel": "电子税局",
        "country": "中国", "bureau_city_code": "1100", "bureau_city": "北京",
    },
    "accounts": {
        "taxpayer_no": LEQI, "account": "13800000000", "account_type": "开票管理+收票管理", "is_default": "是", "login": "自动登录",
    },
    "schemes": {
        "name": "华北", "taxpayers": "0100", "download_types": "进项-全量；进项状态更新", "invoice_types": "数电专票；海关缴款书",
        "start_date": "2026/1/5", "end_date": "2026-12-31", "frequency": "5;10", "layout_files": "是", "status_mode": "查验入库",
        "enabled": "停用",
    },
    "rights": {"actor": "王芳", "org_code": "0100", "role": "主管"},
    "entries": {
        "taxpayer_no": LEQI, "document_key": CUSTOMS, "deductible": "可抵扣", "entry_status": "已入账",
        "entry_at": "2026-01-05 10:30:00", "entry_tax_amount": "12.50", "transfer_out_amount": "0", "transfer_out_reason": "差旅",
        "voucher_no": "记-12", "org_code": "0100", "use_state": "已用",
    },
    "received": {
        "taxpayer_no": LEQI, "invoice_type": "电子发票（增值税专用发票）", "etax_invoice_no": "26322000006465433531",
        "issue_date": "2026-01-05", "amount": "100.00", "total_amount": "113.00", "direction": "进项",
    },
    "引入清单": {
        "是否勾选": "勾选", "缴款书号码": CUSTOMS, "不抵扣原因": "其他", "其他原因说明": "样品", "企业税号": LEQI,
    },
    "auto_rules": {
        "name": "小额", "priority": "10", "enabled": "是", "action": "勾选", "organisations": "0100", "invoice_types": "海关缴款书",
        "reasons": "其他", "amount_from": "1", "amount_to": "500", "issued_from": "2026-01-01", "issued_to": "2026-01-31",
        "reason": "用于免税项目", "reason_text": "小额",
    },
}  # fmt: skip
"""A row of every table as a clerk fills it in, by column."""


def _taxpayers(files: Files) -> object:
    loaded = load_taxpayers(Enterprise(), files, WORDS, has_leqi_default=False).enterprise
    one, account = loaded.taxpayers[LEQI], loaded.accounts[LEQI, "13800000000"]
    assert (one.channel, one.company_type, one.selection_channel) == ("leqi", "small_scale", "etax")
    assert (one.leqi_authorised_on, one.country, one.bureau_city_code) == (date(2026, 1, 5), "中国", "1100")
    assert (account.account_type, account.is_default, account.login) == ("both", True, "auto")
    assert loaded.parents == {"0100": "0001"}
    return loaded


def _schemes(files: Files) -> object:
    one = load_schemes(group(), files, WORDS, DAY).enterprise.schemes["华北"]
    assert (one.download_types, one.invoice_types) == (("input_full", "input_status"), ("81", "customs"))
    assert (one.frequency, one.layout_files, one.status_mode, one.enabled) == ((5, 10), True, "verify_and_store", False)
    return one


def _rights(files: Files) -> object:
    grants = read_grants(files, {"0100"})
    assert grants == [("王芳", "0100", "manager")]
    return grants


def _entries(files: Files) -> object:
    complaints = Problems()
    forms = entry_forms(lines_by_kind(files, ("entries",), complaints)["entries"], complaints)
    known = {key: KnownEntries(Entry(), None, type_deductible=True) for key in forms}
    found = checked(forms, known, {"0100"}, entry_words(rulebook()))
    complaints.refuse()
    (one,) = found.values()
    assert (one.deductible, one.entry_status, one.use_state, one.voucher_no) == (True, "02", "60", "记-12")
    return one


def _received(files: Files) -> object:
    (receipt,) = receipts(files, rulebook(), DAY)
    assert receipt.received, receipt.problems
    assert (receipt.received.invoice_type, receipt.received.direction) == ("81", "input")
    return receipt.received


def _selection(files: Files) -> object:
    (row,) = list_rows(files)
    assert (row.action, row.customs_no, row.reason, row.taxpayer_no, row.problems) == ("select", CUSTOMS, "5", LEQI, ())
    return row.cells


def _auto_rules(files: Files) -> object:
    (rule,) = read_auto_rules(files, auto_words(WORDS, {"0100"}))
    assert (rule.enabled, rule.action, rule.reasons, rule.reason) == (True, "select", ("5",), "2")
    return rule


LOADERS: dict[str, Callable[[Files], object]] = {
    "taxpayers": _taxpayers, "schemes": _schemes, "rights": _rights, "entries": _entries, "received": _received,
    "selection": _selection, "auto_rules": _auto_rules,
}  # fmt: skip


@pytest.fixture
def fill(tmp_path: Path) -> Callable[[str], Path]:
    """The workbook that the command hands out, each sheet with one row of a clerk under the explanations."""

    def filled(name: str) -> Path:
        file = tmp_path / f"{name}.xlsx"
        assert command.run(Namespace(name=name, out=file, json=False)) == 0
        book = load_workbook(file)
        for table, sheet in zip(templates()[name].tables, book.worksheets, strict=True):
            sheet.append([FILLED[table].get(column.name, "") for column in templates()[name].columns(table)])
        book.save(file)
        return file

    return filled


def change(file: Path, rename: Callable[[Workbook], object]) -> Path:
    """The workbook with other names in it."""
    book = load_workbook(file)
    rename(book)
    book.save(file)
    return file


def in_english(name: str, book: Workbook) -> None:
    """Sheets and headings as programs call them."""
    for table, sheet in zip(templates()[name].tables, book.worksheets, strict=True):
        sheet.title = table
        for cell, english in zip(sheet[1], headings_of(table).english.values(), strict=True):
            cell.value = english


@pytest.mark.parametrize("name", templates())
def test_a_template_is_chinese_in_one_heading_row_under_which_nothing_is_loaded_but_rows(name, fill):
    book = load_workbook(fill(name))
    headings = [str(cell.value) for sheet in book.worksheets for cell in sheet[1]]
    assert not [text for text in (*book.sheetnames, *headings) if text.isascii()]
    assert {str(sheet["A2"].value)[:3] for sheet in book.worksheets} == {"#说明"}


@pytest.mark.parametrize("name", templates())
def test_what_a_clerk_fills_in_is_loaded_and_means_the_same_under_english_headings(name, fill):
    file = fill(name)
    in_chinese = LOADERS[name]([read_tables(file)])
    assert LOADERS[name]([read_tables(change(file, lambda book: in_english(name, book)))]) == in_chinese


TABLES = [(name, table) for name, template in templates().items() for table in template.tables]


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_sheet_whose_headings_mix_both_is_refused_with_one_sentence_that_says_where(name, table, fill):
    *_, english = headings_of(table).english.values()

    def mixed(book: Workbook) -> None:
        sheet = book[table_label(table)]
        sheet.cell(1, len(headings_of(table).english)).value = english

    with pytest.raises(BadInput) as refused:
        LOADERS[name]([read_tables(change(fill(name), mixed))])
    (sentence,) = refused.value.problems
    assert table_label(table) in sentence
    first, *_ = headings_of(table).chinese.values()
    assert first in sentence
    assert english in sentence


@pytest.mark.parametrize(
    "written", ["企业税号*", " 企业税号（必填）", "＊企业税号", "纳税人识别号", "税号", "企业 税号"]
)
def test_a_heading_is_known_with_its_star_and_by_what_else_people_call_it(written, tmp_path):
    rows = [[written, "企业名称", "收票通道", "企业性质"], [ETAX, "乙公司", "新电子发票服务平台", "小规模纳税人"]]
    file = workbook(tmp_path / "a.xlsx", 企业信息=rows)
    loaded = load_taxpayers(Enterprise(), [read_tables(file)], WORDS, False)
    assert (loaded.enterprise.taxpayers[ETAX].channel, loaded.warnings) == ("etax", [])


def test_a_complaint_calls_a_column_as_its_file_does(tmp_path):
    cells = [LEQI, "甲公司", "火车"]
    for headings in (["企业税号", "企业名称", "收票通道"], ["taxpayer_no", "name", "channel"]):
        with pytest.raises(BadInput) as refused:
            load_taxpayers(
                Enterprise(), [read_tables(workbook(tmp_path / "a.xlsx", 表=[headings, cells]))], WORDS, False
            )
        assert headings[-1] in refused.value.problems[0]
