"""Money: the capital form of a sum, tax to the cent, and invented numbers that pass their check."""

from decimal import Decimal

import pytest
from stdnum.cn import uscc as official

from simulator.documents import parties
from simulator.documents.amounts import capital, tax_of
from simulator.documents.dice import Dice


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "零圆整"),
        ("0.05", "零圆零伍分"),
        ("123.45", "壹佰贰拾叁圆肆角伍分"),
        ("1005.06", "壹仟零伍圆零陆分"),
        ("10005", "壹万零伍圆整"),
        ("10050", "壹万零伍拾圆整"),
        ("100000", "壹拾万圆整"),
        ("12000500.40", "壹仟贰佰万零伍佰圆肆角"),
        ("300000001", "叁亿零壹圆整"),
        ("-58.30", "（负数）伍拾捌圆叁角"),
    ],
)
def test_sums_are_written_in_capital_figures(value: str, text: str):
    assert capital(Decimal(value)) == text


@pytest.mark.parametrize(
    ("amount", "rate", "tax"), [("0.50", "0.13", "0.07"), ("-0.50", "0.13", "-0.07"), ("3", "0", "0.00")]
)
def test_tax_is_rounded_half_up(amount: str, rate: str, tax: str):
    assert str(tax_of(Decimal(amount), Decimal(rate))) == tax


COMPANIES = (
    *parties.TRADE,
    parties.CAR_DEALER,
    parties.USED_CAR_MARKET,
    parties.ROAD,
    parties.AIRLINE,
    parties.RAILWAY,
)


@pytest.mark.parametrize("party", COMPANIES, ids=lambda party: party.number)
def test_invented_companies_have_check_valid_numbers_and_say_they_are_examples(party: parties.Party):
    assert official.is_valid(party.number)
    assert party.name.startswith("示例")


def test_no_two_companies_share_a_number():
    assert len({party.number for party in COMPANIES}) == len(COMPANIES)


def test_dice_fall_the_same_way_for_the_same_seed():
    assert [Dice("a", 1).number(0, 10**9) for _ in range(2)] == [Dice("a|1").number(0, 10**9)] * 2
    assert Dice("a").digits(20) != Dice("b").digits(20)
    assert {Dice(seed).number(1, 3) for seed in range(50)} == {1, 2, 3}
