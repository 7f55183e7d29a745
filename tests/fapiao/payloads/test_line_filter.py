"""errorGoodsNames leaves out lines whose whole name is listed, on six paths, of blue invoices only."""

import pytest

from fapiao.errors import RuleError
from fapiao.payloads.line_filter import is_blue, line_filter
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import load_fields
from fapiao.rules.book import rulebook
from pool_rows import context, digital, line

DEFAULT = "详见销货清单,原价合计,折扣额合计"


def kept(name: str, value: str = DEFAULT, *, trim: bool = False, **row: object) -> bool:
    wanted = line_filter(value, "input_download", trim=trim)
    staged = translate("digital", [digital(fpmx=[line(1, xmmc=name)], **row)], context(line_filter=wanted))
    assert len(staged.lines) + len(staged.dropped) == 1
    return bool(staged.lines)


@pytest.mark.req("R275", "R277", "A-19")
@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("原价合计", False),
        ("折扣额合计", False),
        ("原价合计 ", True),
        (" 原价合计", True),
        ("原价", True),
        ("原价合计数", True),
        ("（原价合计）", True),
    ],
)
def test_only_the_whole_name_letter_for_letter_is_left_out(name, stays):
    assert kept(name) is stays


@pytest.mark.req("A-19")
def test_names_are_compared_in_unicode_nfc_and_trimmed_only_on_demand():
    assert not kept("Cafe\u0301", "Caf\u00e9")
    assert not kept("Caf\u00e9", "Cafe\u0301")
    assert kept(" 原价合计 ") and not kept(" 原价合计 ", trim=True)
    assert kept("原价合计", "详见销货清单, 原价合计") and not kept("原价合计", "详见销货清单, 原价合计", trim=True)


@pytest.mark.req("R277")
def test_names_are_split_by_the_ascii_comma_only_and_no_name_means_no_filter():
    assert kept("原价合计", "详见销货清单，原价合计")
    assert line_filter("", "input_download") is None
    assert line_filter(" , ", "input_download", trim=True) is None


@pytest.mark.req("R276")
def test_the_filter_knows_the_six_paths_of_the_manual_and_no_other():
    scopes = load_fields().line_filter.scopes
    assert list(scopes.values()) == ["发票同步", "历史发票同步", "进项下载", "Excel导入", "税局文件导入", "公有云同步"]
    assert all(line_filter(DEFAULT, scope) == line_filter(DEFAULT, "input_download") for scope in scopes)
    with pytest.raises(RuleError, match="knows no path 'output_download'; known are bureau_file_import, "):
        line_filter(DEFAULT, "output_download")


@pytest.mark.req("R274")
@pytest.mark.parametrize(("flag", "stays"), [("Y", False), ("N", True)])
def test_only_blue_invoices_lose_lines(flag, stays):
    assert kept("原价合计", sflzfp=flag) is stays


@pytest.mark.req("R274")
@pytest.mark.parametrize(
    ("values", "blue"),
    [
        ({"blue_invoice": "Y", "amount": "-1"}, True),
        ({"blue_invoice": "N", "amount": "1"}, False),
        ({"blue_invoice": None, "total_amount": "0.01"}, True),
        ({"amount": "-0.01"}, False),
        ({"amount": "0"}, False),
        ({}, False),
    ],
)
def test_blue_is_what_says_so_or_what_is_above_zero(values, blue):
    assert is_blue(values) is blue


@pytest.mark.req("R274", "A-19")
def test_the_head_keeps_its_totals_and_the_other_lines_their_numbers():
    lines = [line(1), line(2, xmmc="原价合计", je="300.00"), line(3)]
    wanted = line_filter(DEFAULT, "history_sync")
    plain = translate("digital", [digital(fpmx=lines)], context())
    staged = translate("digital", [digital(fpmx=lines)], context(line_filter=wanted))
    assert [found[1] for found in staged.lines] == [1, 3]
    assert [(gone.line_no, gone.goods_name, gone.amount) for gone in staged.dropped] == [(2, "原价合计", "300.00")]
    assert [a for a, b in zip(plain.documents[0], staged.documents[0], strict=True) if a != b] == [
        value for value in plain.documents[0] if isinstance(value, str) and len(value) == 32
    ]


def test_the_rule_and_the_parameter_have_the_same_name():
    rule = load_fields().line_filter
    assert rulebook().parameter_default(rule.parameter, rule.parameter) == DEFAULT
