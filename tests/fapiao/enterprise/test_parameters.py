"""Parameters (invsm_param_configuration): which are known, what a value may be, whom rim_leqi_collect moves."""

import pytest

from enterprise_files import DISK, ETAX, LEQI, SCHEME, WORDS, group, schemes, taxpayers
from fapiao.enterprise.parameters import known_default, parameter_key, with_parameter
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput

TEN = ("rim_download", "open_replenish_last_month")
RESERVE = ("fapiao", "leqi_quota_reserve")


def put(before: Enterprise, kind: str, key: str, value: str | None, has_leqi_default: bool = False):
    return with_parameter(before, parameter_key(kind, key), value, WORDS.rules, has_leqi_default)


def test_a_parameter_is_set_changed_and_removed():
    once = put(Enterprise(), *TEN, " 1 ")
    assert (once.enterprise.parameters, once.warnings) == ({TEN: "1"}, [])
    assert put(once.enterprise, *TEN, "0").enterprise.parameters == {TEN: "0"}
    assert put(once.enterprise, *TEN, None).enterprise.parameters == {}


def test_an_unknown_parameter_is_kept_with_a_warning_that_names_a_near_one():
    loaded = put(Enterprise(), "rim_downlaod", "open_replenish_last_month", "1")
    assert loaded.enterprise.parameters
    assert loaded.warnings[0].endswith("did you mean rim_download open_replenish_last_month?")
    assert "known are" in put(Enterprise(), "qqq", "z", "1").warnings[0]
    assert known_default(TEN, WORDS.rules) == "0"
    assert known_default(("qqq", "z"), WORDS.rules) is None


@pytest.mark.parametrize("value", ["on", "-1", "1.5", ""])
def test_a_parameter_that_is_a_number_takes_no_other_value(value):
    with pytest.raises(BadInput, match="is a whole number like 1, not"):
        put(Enterprise(), *RESERVE, value)
    assert put(Enterprise(), *RESERVE, " １２ ").enterprise.parameters == {RESERVE: "12"}


@pytest.mark.finding("F62")
@pytest.mark.parametrize("value", ["2", "-1", "1.5", "perhaps"])
def test_a_switch_takes_words_for_yes_and_no_and_no_other(value):
    with pytest.raises(BadInput, match="is yes or no"):
        put(Enterprise(), *TEN, value)
    assert put(Enterprise(), *TEN, "开").enterprise.parameters == {TEN: "1"}
    assert put(Enterprise(), "auto_update_scope", "auto_update_scope", "全局共享").enterprise.parameters == {
        ("auto_update_scope", "auto_update_scope"): "global"
    }


@pytest.mark.parametrize(("kind", "key"), [(" ", "x"), ("x", "")])
def test_a_parameter_has_a_type_and_a_key(kind, key):
    with pytest.raises(BadInput, match="a parameter needs a type and a key"):
        parameter_key(kind, key)


@pytest.mark.req("R147")
def test_the_key_of_rim_leqi_collect_is_a_tax_number():
    assert parameter_key("rim_leqi_collect", LEQI.lower()) == ("rim_leqi_collect", LEQI)
    with pytest.raises(BadInput, match="the key of rim_leqi_collect: '甲公司' is not a tax number"):
        parameter_key("rim_leqi_collect", "甲公司")
    assert put(Enterprise(), "rim_leqi_collect", LEQI, "1").warnings == [f"there is no taxpayer {LEQI} yet"]


@pytest.mark.req("R147", "R148")
def test_rim_leqi_collect_moves_downloading_to_leqi_and_needs_the_id_for_it():
    with pytest.raises(BadInput, match=f"^{DISK} 丙公司 downloads by 乐企 and lacks leqi_id, leqi_authorised_on"):
        put(group(), "rim_leqi_collect", DISK, "1")
    assert put(group(), "rim_leqi_collect", DISK, "0").enterprise.parameters
    ready = taxpayers(f"- {{taxpayer_no: {DISK}, leqi_id: LQ3, leqi_authorised_on: 2025-01-01}}", group()).enterprise
    after = put(ready, "rim_leqi_collect", DISK, "1").enterprise
    assert after.download_channel(after.taxpayers[DISK]) == "leqi"
    assert put(group(), "rim_leqi_collect", DISK, "1", has_leqi_default=True).warnings == []


@pytest.mark.req("R076", "R147")
def test_an_rpa_taxpayer_collected_by_leqi_needs_no_account_until_that_ends():
    collected = put(group(), "rim_leqi_collect", ETAX, "1", has_leqi_default=True).enterprise
    collected.accounts.clear()
    saved = schemes(SCHEME, collected).enterprise
    for value in ("0", None):
        with pytest.raises(BadInput, match=f"scheme 华北 cannot be saved or enabled: {ETAX}"):
            put(saved, "rim_leqi_collect", ETAX, value)


@pytest.mark.finding("F09")
@pytest.mark.req("A-55", "R147")
def test_a_company_whose_schemes_ask_too_often_for_leqi_is_not_moved_there():
    apart = SCHEME.replace('"0100"', f'"{DISK}"')
    second = apart.replace("华北", "第二") + "  frequency: 11\n"
    saved = schemes(apart + second, group()).enterprise
    with pytest.raises(BadInput, match=f"the running month of {DISK} 丙公司 on 6 days"):
        put(saved, "rim_leqi_collect", DISK, "1", has_leqi_default=True)


@pytest.mark.finding("F57")
def test_a_parameter_with_choices_takes_no_other_value():
    red = ("fapiao", "red_when")
    assert put(Enterprise(), *red, " all_failed ").enterprise.parameters == {red: "all_failed"}
    with pytest.raises(BadInput, match="fapiao red_when is one of never, all_failed, any_failed, not 'sometimes'"):
        put(Enterprise(), *red, "sometimes")


OWNER = ("fapiao", "inbox_owner")


@pytest.mark.finding("F62")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "the name of a person is expected here"),
        (" \t ", "the name of a person is expected here"),
        ("li\x07", r"the name 'li\\u0007' has characters that nobody sees"),
        ("li\nming", r"the name 'li\\u000aming' has characters that nobody sees"),
        ("li\u202egnim", r"the name 'li\\u202egnim' has characters that nobody sees"),
        ("li\u3000ming", "has characters that nobody sees"),
        ("x" * 129, "the name of a person has at most 128 characters, this one 129"),
    ],
)
def test_who_owns_the_inbox_has_a_name_that_somebody_can_act_under(name: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        put(Enterprise(), *OWNER, name)
    assert str(refused.value).startswith("fapiao inbox_owner: ")
    assert said.replace("\\\\", "\\") in str(refused.value).replace("\\\\", "\\")


@pytest.mark.finding("F62")
@pytest.mark.parametrize("name", ["li", "李明", "li ming", "li@example.com", "x" * 128])
def test_an_ordinary_name_owns_the_inbox(name: str) -> None:
    assert put(Enterprise(), *OWNER, f" {name} ").enterprise.parameters == {OWNER: name}
