"""The form of 历史发票数据同步 becomes one request, or every sentence of the manual that speaks against it."""

from datetime import date

import pytest

from fapiao.history.form import history_types
from fapiao.permissions.rules import Permissions
from fapiao.rules.book import rulebook
from history_forms import BOTH, DISK, ETAX, LEQI, POOR, refusals, request

LEQI_REFUSAL = "必须开通乐企归集能力，并在发票云基础资料->企业管理-> 企业信息中，收票通道配置为乐企平台。"
SIX = [
    "电子专用发票",
    "纸质专用发票",
    "纸质普通发票",
    "电子普通发票",
    "数电票（普通发票）",
    "数电票（增值税专用发票）",
]


@pytest.mark.req("R271")
def test_six_types_have_a_history_and_no_other() -> None:
    assert sorted(history_types(rulebook()).values()) == sorted(SIX)
    assert set(request().invoice_types) == set(history_types(rulebook()))


@pytest.mark.req("R271")
def test_any_other_type_is_refused_with_the_list() -> None:
    (sentence,) = refusals(invoice_types=["81", "机动车销售统一发票"])
    assert sentence == (
        "不支持机动车销售发票；仅可下载电子普通发票、电子专用发票、纸质普通发票、纸质专用发票、数电票（普通发票）、数电票（增值税专用发票）。"
    )


@pytest.mark.req("R259", "R243")
def test_codes_and_labels_are_understood_alike() -> None:
    by_code = request(data_type="usage", channel="leqi", invoice_types=["81", "01"])
    by_label = request(data_type="发票用途状态", channel="乐企", invoice_types="纸质专用发票、数电票（增值税专用发票）")
    assert by_code == by_label
    assert set(by_code.invoice_types) == {"01", "81"}


@pytest.mark.req("R260")
def test_rpa_needs_a_default_account_of_either_business() -> None:
    assert request(channel="rpa", taxpayers=[ETAX, BOTH]).taxpayers[0][1] == "etax"
    assert refusals(channel="rpa", taxpayers=POOR) == [
        f"{POOR} 丁公司: 使用默认电子税局账号下载，请先配置电子税局账号。"
    ]


@pytest.mark.req("R261")
def test_leqi_needs_the_tax_number_to_collect_by_leqi() -> None:
    assert refusals(channel="leqi", taxpayers=ETAX) == [f"{ETAX} 乙公司: {LEQI_REFUSAL}"]


@pytest.mark.req("R251")
def test_without_a_channel_each_tax_number_has_its_own() -> None:
    assert {taxpayer.taxpayer_no: channel for taxpayer, channel in request(taxpayers=[LEQI, ETAX]).taxpayers} == {
        LEQI: "leqi",
        ETAX: "etax",
    }
    assert "下载通道包括rpa、乐企两种通道" in refusals(taxpayers=DISK)[0]


@pytest.mark.req("R290")
@pytest.mark.parametrize("form", [{"channel": "rpa", "taxpayers": BOTH}, {"taxpayers": ETAX}])
def test_usage_is_for_leqi_only(form: dict[str, str]) -> None:
    assert refusals(data_type="usage", **form)[0].endswith("发票用途状态暂只支持乐企下载，请将下载通道改为乐企。")


@pytest.mark.req("R259", "R251")
def test_two_where_one_may_be_chosen_are_named_by_the_labels_of_the_form() -> None:
    assert refusals(data_type=["details", "usage"], channel=["rpa", "leqi"])[:2] == [
        "“发票数据类型”只能选择一项，现在选择了发票数据、发票用途状态。",
        "“下载通道”只能选择一项，现在选择了rpa、乐企。",
    ]


@pytest.mark.req("R250")
def test_the_other_method_is_sent_to_its_own_form() -> None:
    assert refusals(method="导入电子税局文件") == ["导入电子税局文件请使用 import_bureau_file 表单或 ./fapiao import。"]


@pytest.mark.req("R269")
def test_only_tax_numbers_that_the_person_may_act_for() -> None:
    rights = Permissions({"L": frozenset({"import"}), "B": frozenset({"view", "retry"})})
    assert request(rights=rights).taxpayers[0][0].taxpayer_no == LEQI
    assert refusals(rights=rights, taxpayers=[LEQI, BOTH, ETAX]) == [
        f"{BOTH} 戊公司: 您没有该操作的权限。",
        f"{ETAX} 乙公司: 您没有该核算组织的权限。",
    ]


@pytest.mark.req("R269", "R270")
def test_everything_that_is_wrong_is_said_at_once() -> None:
    problems = refusals(
        taxpayers=["NOBODY", POOR],
        channel="rpa",
        months="2019-01,soon",
        invoice_types="bill",
        data_type="x",
        colour="red",
    )
    assert len(problems) == 7, problems


def test_an_empty_form_says_what_is_missing() -> None:
    problems = refusals(taxpayers="", months="")
    assert problems == [
        "开票日期：请选择年份或月份，其中至少有一天在今天之前。",
        "请至少选择一个税号。",
    ]


@pytest.mark.req("A-12")
def test_a_year_that_was_clipped_is_noted() -> None:
    found = request(months=[], years=["2021"])
    assert (found.months, found.notes) == (
        (date(2021, 11, 1), date(2021, 12, 1)),
        ("近五年以外和尚未开始的月份已截去（2021：2021-11 … 2021-12）",),
    )
