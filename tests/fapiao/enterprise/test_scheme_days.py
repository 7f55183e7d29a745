"""The days of schemes: their two ends, who can never plan anything, and who asks too often together with others."""

from datetime import date

import pytest

from enterprise_files import DAY, DISK, ETAX, GROUP, LEQI, SCHEME, WORDS, scheme, schemes, taxpayers
from fapiao.enterprise.records import Scheme
from fapiao.enterprise.switching import switch_schemes
from fapiao.errors import BadInput


def one(changes: str) -> Scheme:
    return scheme(changes).enterprise.schemes["华北"]


def problems(changes: str) -> list[str]:
    with pytest.raises(BadInput) as refused:
        scheme(changes)
    return refused.value.problems


@pytest.mark.finding("F10")
@pytest.mark.req("R060", "A-52")
def test_a_start_date_after_today_is_refused_and_today_is_an_argument():
    assert one(f"start_date: {DAY}").start_date == DAY
    (problem,) = problems("start_date: 2099-01-01")
    assert "start_date: 2099-01-01 is not here yet: on 2026-11-21" in problem


@pytest.mark.finding("F10")
@pytest.mark.req("R060", "A-52")
def test_an_end_date_may_close_a_scheme_and_may_be_taken_away_again():
    closed = scheme("end_date: 2026-12-31").enterprise
    assert closed.schemes["华北"].end_date == date(2026, 12, 31)
    assert schemes(SCHEME, closed).enterprise == closed
    assert scheme("下载结束日期:", before=closed).enterprise.schemes["华北"].end_date is None
    assert one("start_date: 2026-05-01\nend_date: 2026-05-01").end_date == date(2026, 5, 1)


@pytest.mark.finding("F10")
@pytest.mark.req("R060", "R061", "A-52")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ("start_date: 2026-05-02\nend_date: 2026-05-01", "2026-05-01 lies before the start date 2026-05-02"),
        ("end_date: soon", "'soon' is not a day"),
    ],
)
def test_an_end_before_the_start_or_that_is_no_day_is_refused(changes, reason):
    (problem,) = problems(changes)
    assert f"end_date: {reason}" in problem


@pytest.mark.finding("F10")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            "download_types: [unselected_init]\ntaxpayers: " + DISK,
            "税盘 has none of its download types (未勾选数据初始化)",
        ),
        ("download_types: [进项-增量]\ntaxpayers: " + ETAX, "电子税局 has none of its download types (进项-增量)"),
        ("download_types: [销项-全量]\ninvoice_types: [海关缴款书]", "takes any of its invoice types"),
        ("taxpayers: '0200'\ninvoice_types: [海关缴款书]", "no download of its types on 税盘 takes any"),
    ],
)
def test_a_scheme_that_can_never_plan_anything_loads_with_a_warning_that_says_why(changes, why):
    (warning,) = scheme(changes).warnings
    assert warning.startswith("scheme 华北 will never plan anything: ")
    assert why in warning
    assert scheme(f"{changes}\nenabled: false").warnings == []


@pytest.mark.finding("F10")
@pytest.mark.req("A-52")
def test_a_scheme_that_has_ended_or_lost_its_companies_says_so_when_it_is_loaded_or_enabled():
    later = date(2027, 8, 1)
    closed = scheme("end_date: 2026-12-31\nenabled: false").enterprise
    assert schemes(SCHEME, closed, later).warnings == []
    (ended,) = switch_schemes(closed, ["华北"], True, WORDS.rules, later).warnings
    assert "it ended on 2026-12-31, and no download asks so far back" in ended
    assert switch_schemes(closed, ["华北"], True, WORDS.rules, date(2027, 3, 1)).warnings == []
    closed.taxpayers.clear()
    (empty,) = switch_schemes(closed, ["华北"], True, WORDS.rules, DAY).warnings
    assert "no company belongs to its 适用组织" in empty


SECOND = SCHEME.replace("华北", "第二") + "  frequency: {days}\n"


@pytest.mark.finding("F09")
@pytest.mark.req("A-55", "R121")
@pytest.mark.parametrize("days", ["6;11;16;21;27", "11", "-1"])
def test_schemes_that_ask_for_the_running_month_of_a_company_on_more_than_five_days_are_refused(days):
    first = schemes(SCHEME).enterprise
    with pytest.raises(BadInput) as refused:
        schemes(SECOND.format(days=days), first)
    (problem,) = refused.value.problems
    assert f"华北 (5;10;15;20;26), 第二 ({days})" in problem
    assert f"{LEQI} 甲公司" in problem
    assert "the bureau allows 5 applications a month for a type" in problem
    off = schemes(SECOND.format(days=days) + "  enabled: false\n", first).enterprise
    with pytest.raises(BadInput, match="cannot be enabled together"):
        switch_schemes(off, ["第二"], True, WORDS.rules, DAY)


@pytest.mark.finding("F09")
@pytest.mark.req("A-55")
@pytest.mark.parametrize(
    "changes",
    [
        "frequency: 5;10",
        "frequency: 11\n  invoice_types: [customs]\n  download_types: [input_incremental]",
        f"frequency: 11\n  taxpayers: [{ETAX}, {DISK}]",
    ],
)
def test_schemes_with_the_same_days_other_downloads_or_channels_without_a_limit_stand_together(changes):
    own = {line.split(":")[0].strip() for line in changes.splitlines()}
    kept = [line for line in SCHEME.replace("华北", "第二").splitlines() if line.strip(" -").split(":")[0] not in own]
    assert len(schemes("\n".join([*kept, f"  {changes}"]), schemes(SCHEME).enterprise).enterprise.schemes) == 2


@pytest.mark.finding("F09")
@pytest.mark.req("A-55")
def test_a_company_that_comes_under_two_schemes_is_refused_when_it_is_loaded():
    apart = SECOND.format(days="11").replace('["0100"]', f"[{DISK}]")
    saved = schemes(apart, schemes(SCHEME).enterprise).enterprise
    moved = GROUP.replace('"0200", channel: tax_disk', '"0100", channel: soft_certificate')
    with pytest.raises(BadInput, match=f"cannot be enabled together: they download the running month of {DISK}"):
        taxpayers(moved, saved)
