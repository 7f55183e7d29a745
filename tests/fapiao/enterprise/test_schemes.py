"""Schemes (下载方案): mandatory fields, types in any spelling, days, the one-year limit, and who may be in one."""

from datetime import date

import pytest

from enterprise_files import DAY, DISK, ETAX, LEQI, SCHEME, WORDS, group, scheme, schemes, taxpayers
from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.records import Enterprise, Scheme
from fapiao.enterprise.switching import delete_schemes, switch_schemes
from fapiao.errors import BadInput

ALL_TYPES = tuple(WORDS.rules.invoice_types)
ACCOUNTLESS = "91110000802100433B"


def one(changes: str, **options: object) -> Scheme:
    return scheme(changes, **options).enterprise.schemes["华北"]


def switch(enterprise: Enterprise, names: list[str], enabled: bool) -> Loaded:
    return switch_schemes(enterprise, names, enabled, WORDS.rules, DAY)


def problems(changes: str, **options: object) -> list[str]:
    with pytest.raises(BadInput) as refused:
        scheme(changes, **options)
    return refused.value.problems


@pytest.mark.req("R066", "R138", "R079", "A-06")
def test_a_scheme_is_read_with_the_defaults_of_what_it_does_not_say():
    loaded = schemes(SCHEME)
    assert loaded.enterprise.schemes == {
        "华北": Scheme(
            "华北",
            scopes=frozenset({("organisation", "0100")}),
            download_types=("input_full", "output_full"),
            invoice_types=ALL_TYPES,
            start_date=date(2026, 1, 1),
            frequency=(5, 10, 15, 20, 26),
            layout_files=False,
            status_mode="update_only",
            enabled=True,
        )
    }
    assert [str(tally) for tally in loaded.tallies] == ["schemes: 1 new, 0 changed, 0 unchanged"]
    again = schemes(SCHEME, loaded.enterprise)
    assert [str(tally) for tally in again.tallies] == ["schemes: 0 new, 0 changed, 1 unchanged"]
    assert one("enabled: 禁用\nlayout_files: 是").enabled is False


@pytest.mark.req("R078")
@pytest.mark.parametrize("column", ["taxpayers", "download_types", "invoice_types", "start_date"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_mandatory_field_that_is_missing_or_empty_is_refused(column, empty):
    lines = [line for line in SCHEME.splitlines() if not line.strip().startswith(column)]
    text = "\n".join([*lines, *([f"  {column}:"] if empty else [])])
    with pytest.raises(BadInput, match=f"{column}: {column} is missing") as refused:
        schemes(text)
    assert len(refused.value.problems) == 1


@pytest.mark.req("R070", "R071", "R072", "R073", "R074", "R065")
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("进项-全量", "input_full"),
        ("销项－全量", "output_full"),
        ("进项状态更新", "input_status"),
        ("进项 — 增量", "input_incremental"),
        ("未勾选数据初始化", "unselected_init"),
        ("进项-数电发票文件下载", "input_files"),
        ("INPUT_FULL", "input_full"),
    ],
)
def test_a_download_type_is_a_code_or_its_label_with_any_dash(written, code):
    assert one(f"download_types: [{written}]").download_types == (code,)


@pytest.mark.req("R064", "A-31")
@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("全部", ALL_TYPES),
        ("纸质发票（增值税专用发票）、纸质发票 (机动车销售统一发票)", ("85", "87")),
        ("数电发票（普通发票）; 数电票(通行费发票)", ("82", "8208")),
        ("[81, '01', 81]", ("01", "81")),
        ("增值税海关缴款书，增值税代扣代缴完税凭证", ("customs", "withholding")),
    ],
)
def test_invoice_types_are_codes_or_the_manuals_names_in_any_spelling(written, codes):
    assert set(one(f"invoice_types: {written}").invoice_types) == set(codes)
    assert len(one(f"invoice_types: {written}").invoice_types) == len(codes)


def test_an_unknown_invoice_type_is_refused_with_what_comes_near():
    (problem,) = problems("invoice_types: [电子专用发表, '81']")
    assert problem.startswith("basics.yaml, line 6, invoice_types: invoice type '电子专用发表' is unknown")
    assert "电子专用发票" in problem


@pytest.mark.req("R075")
def test_who_is_in_a_scheme_is_said_by_number_by_organisation_or_by_all():
    before = group()
    assert one(f"taxpayers: {DISK.lower()};{LEQI}").scopes == {("taxpayer", DISK), ("taxpayer", LEQI)}
    organisation = one("taxpayers: '0100'")
    covered = [number for number, who in before.taxpayers.items() if organisation.covers(who)]
    assert covered == [LEQI, ETAX]
    assert all(one("taxpayers: all").covers(who) for who in before.taxpayers.values())


def test_somebody_unknown_is_refused():
    (problem,) = problems(f"taxpayers: [{LEQI}, '0300']")
    assert problem == (
        "basics.yaml, line 6, taxpayers: '0300' is neither a tax number nor an org_code that is known: "
        "load it with ./fapiao taxpayers load"
    )


@pytest.mark.req("A-06")
@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("5;10;15;21;27", (5, 10, 15, 21, 27)),
        ("5;10;15;21;28", (5, 10, 15, 21, 28)),
        ("5;10;15;21;-1", (5, 10, 15, 21, -1)),
        ("[21, −1, 15, 10, 5]", (5, 10, 15, 21, -1)),
        ("8", (8,)),
        ("1、31", (1, 31)),
        ("", (5, 10, 15, 20, 26)),
    ],
)
def test_a_frequency_is_one_of_the_products_or_an_own_list_of_up_to_five_days(written, days):
    assert one(f"frequency: {written}").frequency == days


@pytest.mark.req("A-06")
@pytest.mark.parametrize("written", ["5;10;15;20;26;28", "0", "32", "-2", "5;5", "monthly", "5;x"])
def test_a_longer_list_and_a_day_that_no_month_has_are_refused(written):
    (problem,) = problems(f"frequency: {written}")
    assert problem.startswith("basics.yaml, line 7, frequency: ")


@pytest.mark.req("R061", "A-12")
@pytest.mark.parametrize(
    ("day", "earliest"),
    [
        (date(2026, 11, 21), date(2025, 11, 21)),
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2029, 2, 28), date(2028, 2, 28)),
    ],
)
def test_a_start_date_lies_in_the_last_year_with_the_same_day_allowed(day, earliest):
    assert one(f"start_date: {earliest}", day=day).start_date == earliest
    before = earliest.replace(day=earliest.day - 1)
    (problem,) = problems(f"start_date: {before}", day=day)
    assert f"仅支持下载最近一年的发票: on {day} the earliest is {earliest}" in problem


@pytest.mark.req("R061")
def test_a_saved_scheme_keeps_its_start_date_though_years_go_by():
    saved = schemes(SCHEME).enterprise
    later = date(2028, 1, 1)
    assert one("status_mode: 查验入库", before=saved, day=later).status_mode == "verify_and_store"
    assert problems("start_date: 2026-01-02", before=saved, day=later)


def test_a_start_date_that_is_no_day_is_one_problem():
    assert problems("start_date: soon") == [
        "basics.yaml, line 6, start_date: 'soon' is not a day: write it like 2026-01-05"
    ]


@pytest.mark.req("R076", "R077")
@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("who", ["all", "['0100', '0300']", f"[{ACCOUNTLESS}]"])
def test_a_scheme_with_an_rpa_taxpayer_without_account_is_not_saved_enabled_or_not(enabled, who):
    before = taxpayers(
        f"- {{taxpayer_no: {ACCOUNTLESS}, name: 丁, channel: 电子税局, company_type: general, org_code: '0300'}}",
        group(),
    ).enterprise
    (problem,) = problems(f"taxpayers: {who}\nenabled: {enabled}", before=before)
    assert problem.startswith(
        f"scheme 华北 cannot be saved or enabled: {ACCOUNTLESS} 丁 downloads by 新电子发票服务平台"
    )


@pytest.mark.req("R076", "R077")
def test_an_rpa_taxpayer_without_account_cannot_join_an_organisation_that_a_scheme_holds():
    before = schemes(SCHEME).enterprise
    newcomer = f"taxpayer_no: {ACCOUNTLESS}, name: 丁, channel: etax, company_type: general, org_code: '0100'"
    with pytest.raises(BadInput, match=rf"scheme 华北 cannot be saved or enabled: {ACCOUNTLESS} 丁"):
        taxpayers(f"- {{{newcomer}}}", before)
    account = f"accounts: [{{taxpayer_no: {ACCOUNTLESS}, account: a, is_default: yes}}]"
    assert taxpayers(f"taxpayers: [{{{newcomer}}}]\n{account}", before).tallies[2].new == 1


@pytest.mark.req("R068")
def test_enabling_and_disabling_changes_nothing_else():
    saved = schemes(SCHEME).enterprise
    off = switch(saved, ["华北"], enabled=False)
    assert off.enterprise.schemes["华北"].enabled is False
    assert switch(off.enterprise, ["华北"], enabled=True).enterprise == saved
    assert switch(saved, ["华北"], enabled=True).warnings == ["scheme 华北 was enabled already"]


@pytest.mark.req("R076")
def test_a_scheme_whose_account_has_gone_is_not_enabled():
    saved = scheme("enabled: false").enterprise
    saved.accounts.clear()
    with pytest.raises(BadInput, match=f"scheme 华北 cannot be saved or enabled: {ETAX}"):
        switch(saved, ["华北"], enabled=True)
    assert switch(saved, ["华北"], enabled=False)


def test_a_scheme_that_nobody_has_is_neither_switched_nor_deleted():
    saved = schemes(SCHEME).enterprise
    for action in (
        lambda: switch(saved, ["华北", "华北区"], enabled=True),
        lambda: delete_schemes(saved, ["华北区"]),
    ):
        with pytest.raises(BadInput, match=r"^there is no scheme 华北区; did you mean 华北\?$"):
            action()
    assert delete_schemes(saved, ["华北"]).enterprise.schemes == {}


@pytest.mark.req("A-56")
def test_a_scheme_of_others_is_suggested_to_nobody():
    saved = schemes(SCHEME).enterprise
    for action in (
        lambda seen: switch_schemes(saved, ["华北区"], True, WORDS.rules, DAY, seen),
        lambda seen: delete_schemes(saved, ["华北区"], seen),
    ):
        with pytest.raises(BadInput, match=r"^there is no scheme 华北区; ./fapiao schemes list shows what there is$"):
            action({"华东"})
        with pytest.raises(BadInput, match="did you mean 华北"):
            action({"华北"})


@pytest.mark.req("A-56")
def test_whether_a_scheme_of_others_is_enabled_is_told_to_nobody():
    saved = schemes(SCHEME).enterprise
    assert switch_schemes(saved, ["华北"], True, WORDS.rules, DAY, {"华北"}).warnings == [
        "scheme 华北 was enabled already"
    ]
    with pytest.raises(BadInput, match=r"^there is no scheme 华北; ./fapiao schemes list"):
        switch_schemes(saved, ["华北"], True, WORDS.rules, DAY, {"东方公司"})


def test_one_name_twice_is_refused():
    with pytest.raises(BadInput, match="name: this stands here for the second time"):
        schemes(SCHEME + SCHEME)


def test_today_is_an_argument():
    assert problems("start_date: 2025-11-20", day=date(2026, 11, 21))
    assert one("start_date: 2025-11-20", day=date(2026, 11, 20))


@pytest.mark.req("R052")
@pytest.mark.parametrize("name", ["进销项全量发票下载频率", "乐企当月进销项全量发票下载频率", "frequency"])
def test_the_frequency_is_read_under_its_old_label_and_its_new_one(name):
    assert one(f"{name}: 5;10;15;21;-1").frequency == (5, 10, 15, 21, -1)


@pytest.mark.req("R052")
def test_the_frequency_under_two_labels_at_once_is_refused():
    (problem,) = problems("进销项全量发票下载频率: 5;10\nfrequency: 5;15")
    assert problem.endswith("进销项全量发票下载频率 and frequency are the same column; keep one of them")
