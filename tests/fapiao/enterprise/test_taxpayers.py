"""Taxpayers files: what is read, what is refused with its place, and that a file says only what it says."""

from dataclasses import replace
from datetime import date

import pytest

from enterprise_files import DISK, ETAX, GROUP, LEQI, group, taxpayers
from fapiao.enterprise.records import Account, Taxpayer
from fapiao.errors import BadInput

ONE = f"- {{taxpayer_no: {DISK}, name: 丙公司, channel: tax_disk, company_type: general"


def problems(text: str, **options: object) -> list[str]:
    with pytest.raises(BadInput) as refused:
        taxpayers(text, **options)
    return refused.value.problems


@pytest.mark.req("R075")
def test_a_file_brings_organisations_taxpayers_and_accounts():
    loaded = taxpayers(GROUP)
    assert loaded.enterprise.organisations == {"0100": "北京", "0200": None}
    assert loaded.enterprise.taxpayers[LEQI] == Taxpayer(
        LEQI, "甲公司", "0100", "leqi", "general", leqi_id="LQ1", leqi_authorised_on=date(2024, 1, 1)
    )
    assert loaded.enterprise.accounts == {(ETAX, "13800000000"): Account(ETAX, "13800000000", "receive", True, "auto")}
    assert [str(tally) for tally in loaded.tallies] == [
        "organisations: 2 new, 0 changed, 0 unchanged",
        "taxpayers: 3 new, 0 changed, 0 unchanged",
        "accounts: 1 new, 0 changed, 0 unchanged",
    ]
    assert loaded.warnings == []


def test_the_same_file_again_changes_nothing():
    again = taxpayers(GROUP, before=group())
    assert again.enterprise == group()
    assert str(again.tallies[1]) == "taxpayers: 0 new, 0 changed, 3 unchanged"


def test_a_column_that_is_absent_stays_and_one_that_is_empty_is_cleared():
    before = group()
    after = taxpayers(f"- {{taxpayer_no: {LEQI}, name: 新名字, org_code: ''}}", before).enterprise
    assert after.taxpayers[LEQI] == replace(before.taxpayers[LEQI], name="新名字", org_code=None)
    assert after.taxpayers.keys() == before.taxpayers.keys()


@pytest.mark.req("A-30")
@pytest.mark.parametrize(
    ("column", "written", "code"),
    [
        ("channel", "新电子发票服务平台", "etax"),
        ("channel", "电子税局", "etax"),
        ("channel", "乐企平台", "leqi"),
        ("channel", "乐企直连", "leqi"),
        ("channel", "Tax_Disk", "tax_disk"),
        ("channel", "航信", "aisino"),
        ("selection_channel", "电子税局", "etax"),
        ("selection_channel", "", None),
        ("company_type", "一般纳税人", "general"),
        ("company_type", "小规模纳税人", "small_scale"),
        ("company_type", '"02"', "small_scale"),
    ],
)
def test_codes_may_be_written_in_chinese(column, written, code):
    channel = "" if column == "channel" else "channel: etax, "
    after = taxpayers(f"- {{taxpayer_no: {DISK}, name: x, {channel}{column}: {written}}}", has_leqi_default=True)
    assert getattr(after.enterprise.taxpayers[DISK], column) == code


def test_every_problem_of_a_file_is_named_at_once_with_its_place():
    found = problems(
        f"""
taxpayers:
  - {{taxpayer_no: 123, name: 甲, channel: leqi, company_type: general}}
  - {{taxpayer_no: {DISK}, channel: tax_disc, company_type: middle, leqi_authorised_on: 2024-02-30}}
  - {{taxpayer_no: {DISK}, name: x, channel: aisino, chanel: x, company_type: general}}
  - {{name: 无税号}}
accounts:
  - {{taxpayer_no: {ETAX}, account: a, is_default: perhaps}}
  - {{taxpayer_no: {DISK}}}
persons: []
"""
    )
    assert [problem.partition(": ")[0] for problem in found] == [
        "basics.yaml",
        "basics.yaml, line 5, chanel",
        "basics.yaml, line 3, taxpayer_no",
        "basics.yaml, line 6, taxpayer_no",
        "basics.yaml, line 5, taxpayer_no",
        "basics.yaml, line 4, name",
        "basics.yaml, line 4, channel",
        "basics.yaml, line 4, company_type",
        "basics.yaml, line 4, leqi_authorised_on",
        "basics.yaml, line 9, account",
        "basics.yaml, line 8, taxpayer_no",
        "basics.yaml, line 8, is_default",
    ]
    by_place = dict(problem.split(": ", 1) for problem in found)
    assert by_place["basics.yaml"].startswith("the section persons is unknown; known are taxpayers, accounts, schemes")
    assert by_place["basics.yaml, line 5, chanel"] == "this column is unknown; did you mean channel?"
    assert "'tax_disc' is unknown; known are" in by_place["basics.yaml, line 4, channel"]
    assert by_place["basics.yaml, line 4, channel"].endswith("did you mean tax_disk?")
    assert by_place["basics.yaml, line 4, leqi_authorised_on"] == "'2024-02-30' is not a day: write it like 2026-01-05"
    assert by_place["basics.yaml, line 5, taxpayer_no"].endswith("second time; first in basics.yaml, line 4")


@pytest.mark.parametrize("written", ["2024-02-29", "2024/2/29", "2024.02.29", "2024年2月29日"])
def test_a_day_may_be_written_as_people_write_it(written):
    after = taxpayers(f"{ONE}, leqi_authorised_on: {written}}}").enterprise
    assert after.taxpayers[DISK].leqi_authorised_on == date(2024, 2, 29)


def test_a_wrong_check_character_is_a_warning_the_first_time():
    text = "- {taxpayer_no: 91310115MA1H8R7C6D, name: 丁, channel: aisino, company_type: general}"
    loaded = taxpayers(text)
    assert loaded.warnings == [
        "basics.yaml, line 1, taxpayer_no: the check character of 91310115MA1H8R7C6D should be 7 (GB 32100-2015): "
        "is it typed right?"
    ]
    assert taxpayers(text, loaded.enterprise).warnings == []


def test_a_taxpayer_without_company_type_is_general_and_said_so():
    loaded = taxpayers(f"- {{taxpayer_no: {DISK}, name: 丙, channel: aisino}}")
    assert loaded.enterprise.taxpayers[DISK].company_type == "general"
    assert "taken as 一般纳税人" in loaded.warnings[0]


@pytest.mark.req("R148", "R261")
@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("", "leqi_id, leqi_authorised_on"),
        (", leqi_id: LQ1", "leqi_authorised_on"),
        (", leqi_authorised_on: 2024-01-01", "leqi_id"),
    ],
)
def test_a_taxpayer_who_downloads_by_leqi_needs_an_id_and_a_day_or_the_connections_default(given, missing):
    text = f"- {{taxpayer_no: {DISK}, name: 丙, channel: 乐企, company_type: general{given}}}"
    (problem,) = problems(text)
    assert (
        f"{DISK} 丙 downloads by 乐企 and lacks {missing}: 切换乐企通道的，需在【企业信息】功能处配置乐企ID等信息"
        in problem
    )
    assert taxpayers(text, has_leqi_default=True).enterprise.taxpayers[DISK].channel == "leqi"


@pytest.mark.req("R148")
def test_switching_a_known_taxpayer_to_leqi_needs_the_same():
    (problem,) = problems(f"- {{taxpayer_no: {DISK}, channel: leqi}}", before=group())
    assert problem.startswith("basics.yaml, line 1, leqi_id: ")


def test_one_organisation_has_one_name_and_a_name_needs_a_code():
    found = problems(
        f"""
- {{taxpayer_no: {DISK}, name: 丙, channel: aisino, company_type: general, org_code: A, org_name: 甲}}
- {{taxpayer_no: 91110000802100433B, name: 丁, channel: aisino, company_type: general, org_code: A, org_name: 乙}}
- {{taxpayer_no: 91440300708461136T, name: 戊, channel: aisino, company_type: general, org_name: 乙}}
"""
    )
    assert found == [
        "basics.yaml, line 3, org_name: A is called 甲 in another record of this file",
        "basics.yaml, line 4, org_name: an organisation needs its org_code",
    ]


def test_an_organisation_keeps_its_name_until_another_one_is_said():
    before = group()
    same = taxpayers(f"- {{taxpayer_no: {DISK}, org_code: '0100'}}", before).enterprise
    assert same.organisations["0100"] == "北京"
    renamed = taxpayers(f"- {{taxpayer_no: {LEQI}, org_name: 首都}}", before).enterprise
    assert renamed.organisations["0100"] == "首都"
