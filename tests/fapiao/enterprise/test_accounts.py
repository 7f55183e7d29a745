"""Accounts (数电账号): what an RPA taxpayer in a scheme needs, and that there is one default for each business."""

import pytest

from enterprise_files import ETAX, group, scheme, taxpayers
from fapiao.enterprise.records import Account
from fapiao.errors import BadInput


def accounts(*rows: str) -> str:
    return "accounts:\n" + "\n".join(f"  - {{taxpayer_no: {ETAX}, {row}}}" for row in rows)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("收票", "receive"),
        ("开票管理", "issue"),
        ("开票管理+收票管理", "both"),
        ("收票＋开票", "both"),
        ("both", "both"),
    ],
)
def test_the_business_of_an_account_may_be_written_in_chinese(written, code):
    after = taxpayers(accounts(f"account: b, account_type: {written}"), group()).enterprise
    assert after.accounts[ETAX, "b"] == Account(ETAX, "b", code)


@pytest.mark.parametrize(
    ("written", "expected"), [("是", True), ("true", True), ("1", True), ("否", False), ("no", False), ("", False)]
)
def test_yes_and_no_may_be_written_as_people_write_them(written, expected):
    after = taxpayers(accounts(f"account: b, account_type: issue, is_default: {written}"), group()).enterprise
    assert after.accounts[ETAX, "b"].is_default is expected


@pytest.mark.parametrize("kind", ["receive", "both"])
def test_a_second_default_for_one_business_is_refused_until_the_first_one_steps_back(kind):
    second = f"account: b, account_type: {kind}, is_default: true"
    with pytest.raises(BadInput, match="13800000000 and b would both be the default account for 收票: choose one"):
        taxpayers(accounts(second), group())
    after = taxpayers(accounts(second, 'account: "13800000000", is_default: false'), group()).enterprise
    assert [one.account for one in after.accounts.values() if one.is_default] == ["b"]


def test_receiving_and_issuing_have_a_default_each():
    after = taxpayers(accounts("account: b, account_type: issue, is_default: true"), group()).enterprise
    assert sum(one.is_default for one in after.accounts.values()) == 2


def test_an_account_of_nobody_is_refused():
    with pytest.raises(BadInput, match=f"line 2, taxpayer_no: there is no taxpayer {ETAX}: load it first, or in"):
        taxpayers(accounts("account: b"))


def test_one_account_twice_is_refused():
    with pytest.raises(BadInput, match="line 3, account: this stands here for the second time"):
        taxpayers(accounts("account: b", "account: b"), group())


@pytest.mark.req("R076", "R077", "R030")
@pytest.mark.parametrize("change", ["is_default: false", "account_type: issue"])
def test_an_account_that_a_scheme_needs_cannot_be_taken_from_it(change):
    before = scheme("enabled: true").enterprise
    with pytest.raises(BadInput, match=rf"^scheme 华北 cannot be saved or enabled: {ETAX} 乙公司 downloads by"):
        taxpayers(accounts(f'account: "13800000000", {change}'), before)
