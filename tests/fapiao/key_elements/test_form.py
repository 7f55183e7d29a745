"""The form of 进项发票关键要素同步: one organisation, explicit defaults, every refusal before anything is created."""

from dataclasses import replace
from datetime import date

import pytest

from fapiao.key_elements.fields import FILTERS, KEY_ELEMENTS
from fapiao.key_elements.form import searches
from fapiao.key_elements.rules import key_element_rules
from fapiao.rules.book import rulebook
from key_element_forms import DAY, ETAX, LEQI, SOFT, group, refusals, request

LONG = "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票云企业基础资料修改。"
SHORT = "小规模纳税人不支持抵扣类勾选"
NO_LEQI = "目前此功能不支持乐企通道使用。"


@pytest.mark.req("R032")
def test_what_is_not_filled_in_takes_the_default_conditions() -> None:
    assert key_element_rules().defaults(DAY) == {
        "document": "invoice",
        "invoice_types": "",
        "deduction_statuses": "",
        "invoice_statuses": "",
        "date_from": "2027-03-01",
        "date_to": "2027-03-20",
    }
    assert request() == request(**key_element_rules().defaults(DAY))
    assert request() == request(**{**dict.fromkeys(FILTERS), "invoice_statuses": []})


@pytest.mark.req("R012", "R013")
@pytest.mark.parametrize(("said", "document"), [("发票", "invoice"), ("海关缴款书", "customs"), ("customs", "customs")])
def test_the_document_is_an_invoice_or_a_customs_payment(said: str, document: str) -> None:
    assert request(document=said).document == document


@pytest.mark.req("R012")
@pytest.mark.parametrize("said", ["withholding", "invoice,customs"])
def test_any_other_document_and_two_at_once_are_refused(said: str) -> None:
    assert refusals(document=said) == ["票据类型 is one of invoice 发票 and customs 海关缴款书"]


@pytest.mark.req("R024", "R034", "A-10")
@pytest.mark.parametrize(
    ("said", "flags"),
    [
        ("未勾选", "0"),
        ("已勾选或已认证抵扣", "1,2,3"),
        ("已退税或已确认退税", "1,2"),
        ("未勾选,已退税或已确认退税", "0,1,2"),
        ("", ""),
        ("0,1,2", ""),
    ],
)
def test_deduction_statuses_are_the_flags_of_the_interface_and_all_of_them_are_none(said: str, flags: str) -> None:
    (search,) = searches(request(deduction_statuses=said), key_element_rules())
    assert search.argument["authenticateFlags"] == flags


@pytest.mark.req("R014", "R020", "R034")
def test_one_invoice_status_is_a_filter_and_several_ask_for_all() -> None:
    asked = [["正常"], ["红字发票待确认"], ["正常", "作废"], []]
    found = [searches(request(invoice_statuses=one), key_element_rules())[0].argument["invoiceStatus"] for one in asked]
    assert found == ["0", "6", "", ""]


@pytest.mark.req("R014", "R015", "R016", "R017", "R018", "R019", "R020", "R021")
def test_the_form_offers_the_nine_statuses_the_three_deductions_and_only_selectable_types() -> None:
    offered = {field.name: field.labels() for field in KEY_ELEMENTS}
    assert list(offered["invoice_statuses"].values()) == [
        "正常", "失控", "作废", "红冲", "异常", "非正常", "红字发票待确认", "部分红冲", "全额红冲",
    ]  # fmt: skip
    assert list(offered["deduction_statuses"].values()) == ["未勾选", "已勾选或已认证抵扣", "已退税或已确认退税"]
    assert list(offered["document"].values()) == ["发票", "海关缴款书"]
    assert "81" in offered["invoice_types"]
    assert not {"11", "15", "customs", "withholding"} & offered["invoice_types"].keys()


@pytest.mark.req("R034", "R035")
def test_every_type_is_a_collection_of_its_own_over_the_days_asked_for() -> None:
    asked = request(invoice_types="数电票（增值税专用发票）、01", date_from="2026-12-05", date_to="2027-01-04")
    found = searches(asked, key_element_rules())
    assert [search.invoice_type for search in found] == ["81", "01"]
    assert {(search.argument["startTime"], search.argument["endTime"]) for search in found} == {
        ("2026-12-05", "2027-01-04")
    }
    assert [search.invoice_type for search in searches(request(), key_element_rules())] == ["all"]
    assert [search.invoice_type for search in searches(request(document="customs"), key_element_rules())] == ["customs"]


@pytest.mark.req("R033")
@pytest.mark.parametrize("org", ["", None, "E,S", ["E", "L"]])
def test_a_request_names_exactly_one_organisation(org: object) -> None:
    assert refusals(org=org) == ["核算组织: name exactly one (and at most one tax number of it)"]


@pytest.mark.req("R038")
def test_an_organisation_without_a_tax_number_resolves_to_the_nearest_one_above_it() -> None:
    kept = group()
    tree = {**kept.parents, "S2": "S1", "S1": "S"}
    below = replace(kept, parents=tree, organisations={**kept.organisations, "S1": None, "S2": None})
    asked = request(below, org="S2")
    assert (asked.org_code, asked.taxpayer.taxpayer_no) == ("S2", SOFT)


@pytest.mark.req("R037", "R038", "A-17")
def test_the_small_scale_check_looks_at_the_number_the_organisation_resolves_to() -> None:
    kept = group()
    below = replace(kept, parents={**kept.parents, "K1": "K"}, organisations={**kept.organisations, "K1": None})
    assert refusals(below, org="K1") == [LONG]


@pytest.mark.req("R037", "R041", "A-17")
def test_the_form_says_the_long_sentence_and_the_command_the_short_one() -> None:
    assert refusals(org="K") == [LONG]
    assert refusals(org="K", surface="api") == [SHORT]


@pytest.mark.req("R010")
def test_a_tax_number_on_leqi_is_refused() -> None:
    assert refusals(org="L") == [NO_LEQI]


@pytest.mark.req("R010")
def test_so_is_one_that_downloads_by_leqi_though_its_channel_is_the_bureau_site() -> None:
    by_leqi = replace(group(), parameters={("rim_leqi_collect", ETAX): "1"})
    assert refusals(by_leqi, org="E") == [NO_LEQI]


@pytest.mark.req("R030")
def test_a_soft_certificate_or_an_account_for_receiving_is_needed() -> None:
    assert request(org="S").channel == "soft_certificate"
    assert request(org="E").channel == "etax"
    needed = ["下载进项发票关键要素需要税局软证书，或默认业务为收票的默认数电账号，请在企业信息表中填写后重新导入。"]
    assert refusals(org="D") == needed
    assert refusals(org="P") == needed


@pytest.mark.req("R314", "A-38")
@pytest.mark.parametrize(
    ("day", "start", "end", "sync_type"),
    [
        ("2027-03-10", "2027-02-01", "2027-02-28", "current_period_input"),
        ("2027-03-15", "2027-02-03", "2027-02-04", "current_period_input"),
        ("2027-03-15", "2027-01-31", "2027-02-28", "history_period_input"),
        ("2027-03-15", "2027-02-01", "2027-03-01", "history_period_input"),
        ("2027-03-16", "2027-03-01", "2027-03-16", "current_period_input"),
        ("2027-03-16", "2027-02-28", "2027-03-16", "history_period_input"),
        ("2027-01-10", "2026-12-01", "2026-12-31", "current_period_input"),
    ],
)
def test_the_sync_type_is_current_where_the_days_lie_in_the_current_tax_period(
    day: str, start: str, end: str, sync_type: str
) -> None:
    asked = request(day=date.fromisoformat(day), date_from=start, date_to=end)
    assert asked.sync_type == sync_type


@pytest.mark.req("R033", "R035", "R037")
def test_every_problem_is_said_at_once() -> None:
    found = refusals(
        org="K",
        document="bill",
        invoice_types="81,收据",
        invoice_statuses="新",
        date_from="2027-03-09",
        date_to="2027-03-08",
        colour="red",
    )
    assert len(found) == 7
    for text in ("colour", "bill", "收据", "新", "ends (2027-03-08) before it starts", "票据类型", LONG):
        assert any(text in sentence for sentence in found), text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"date_to": "2027-03-21"}, "after 2027-03-20"),
        ({"date_from": "3 March"}, "date_from: '3 March' is not a day: write it like 2026-01-05"),
        ({"invoice_types": "二手车销售发票"}, "二手车销售发票 is not among the invoices of 发票勾选确认"),
        ({"invoice_types": "customs"}, "海关缴款书 is not among the invoices"),
        ({"document": "customs", "invoice_types": "81"}, "neither 发票类型 nor 发票状态"),
        ({"document": "customs", "invoice_statuses": "正常"}, "neither 发票类型 nor 发票状态"),
        ({"org": "nowhere"}, "核算组织 nowhere is unknown"),
        ({"taxpayer_no": LEQI}, f"{LEQI} is not a tax number of 核算组织 E; it has {ETAX}"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(form: dict[str, object], sentence: str) -> None:
    assert any(sentence in problem for problem in refusals(**form))


def test_an_organisation_with_several_tax_numbers_needs_to_be_told_which() -> None:
    both = group('  - {taxpayer_no: 91310000MA1EXAMPCC, name: 庚公司, org_code: "S", channel: soft_certificate}')
    assert refusals(both, org="S") == [f"核算组织 S has several tax numbers, say which: 91310000MA1EXAMPCC, {SOFT}"]
    assert request(both, org="S", taxpayer_no=SOFT).taxpayer.taxpayer_no == SOFT


def test_an_organisation_without_any_tax_number_above_it_is_refused() -> None:
    kept = group()
    empty = replace(kept, organisations={**kept.organisations, "X": None})
    assert refusals(empty, org="X") == ["核算组织 X has no tax number, and neither has any organisation above it"]


@pytest.mark.req("R043", "R008")
def test_the_manual_knows_no_setting_so_none_is_read_and_the_defaults_ask_for_everything() -> None:
    """将税局勾选确认模块的所有发票数据归集至全票池"""
    assert [one.key for one in rulebook().parameters if "key_element" in one.type + one.key] == []
    (search,) = searches(request(), key_element_rules())
    assert (search.invoice_type, search.argument["authenticateFlags"], search.argument["invoiceStatus"]) == (
        "all",
        "",
        "",
    )
