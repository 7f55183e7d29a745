"""Goods lines that add up: quantity times price, tax by rate, and the totals a face prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from simulator.codes import AGRICULTURAL, TOLL
from simulator.documents.dice import Dice

CENT = Decimal("0.01")
DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
GROUP_SIZE = 4


class Goods(NamedTuple):
    """One line of the catalogue; `code` has 19 digits."""

    name: str
    short: str
    code: str
    specification: str
    unit: str
    rate: Decimal


GOODS, SERVICES = Decimal("0.13"), Decimal("0.06")

CATALOGUE = (
    Goods("热轧钢板", "黑色金属冶炼压延品", "1080206000000000000", "Q235 6mm", "吨", GOODS),
    Goods("工业控制器", "电子工业设备", "1090506000000000000", "EX-200", "台", GOODS),
    Goods("复印纸", "纸制品", "1060105000000000000", "A4 70g", "箱", GOODS),
    Goods("技术咨询费", "鉴证咨询服务", "3040603000000000000", "", "次", SERVICES),
    Goods("软件服务费", "信息技术服务", "3040203000000000000", "", "月", SERVICES),
    Goods("仓储服务费", "物流辅助服务", "3040407000000000000", "", "月", SERVICES),
)

TRAVEL = (Goods("通行费", "经营租赁", "3040502020200000000", "", "", Decimal("0.03")),)
FARM_PRODUCTS = (Goods("鲜白菜", "蔬菜", "1010115000000000000", "", "公斤", Decimal("0.09")),)


@dataclass(frozen=True, slots=True)
class Line:
    """A goods line; amount without tax, in yuan with two places."""

    goods: Goods
    quantity: int
    price: Decimal
    amount: Decimal
    tax: Decimal


def catalogue(tdys: str) -> Sequence[Goods]:
    """What is sold under a special element (特定要素)."""
    if tdys in AGRICULTURAL:
        return FARM_PRODUCTS
    return TRAVEL if tdys == TOLL else CATALOGUE


def draw(dice: Dice, count: int, red: bool = False, catalogue: Sequence[Goods] = CATALOGUE) -> list[Line]:
    """`count` lines; a red document's amounts and quantities are negative."""
    return [_line(dice, -1 if red else 1, dice.pick(catalogue)) for _ in range(count)]


def _line(dice: Dice, sign: int, goods: Goods) -> Line:
    quantity = sign * dice.number(1, 60)
    price = Decimal(dice.number(1_000, 500_000)) / 100
    amount = (quantity * price).quantize(CENT)
    return Line(goods, quantity, price, amount, tax_of(amount, goods.rate))


def tax_of(amount: Decimal, rate: Decimal) -> Decimal:
    """Tax to the cent, rounded half up."""
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)


def net(lines: Sequence[Line]) -> Decimal:
    """合计金额."""
    return sum((line.amount for line in lines), Decimal(0))


def tax(lines: Sequence[Line]) -> Decimal:
    """合计税额."""
    return sum((line.tax for line in lines), Decimal(0))


def money(value: Decimal) -> str:
    """A decimal text with two places, as the wire carries amounts."""
    return f"{value:.2f}"


def capital(value: Decimal) -> str:
    """价税合计（大写）, e.g. 壹佰贰拾叁圆肆角伍分."""
    cents = int(abs(value) * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = f"{_whole(whole)}圆"
    if not (jiao or fen):
        text += "整"
    if jiao:
        text += f"{DIGITS[jiao]}角"
    if fen:
        text += f"{'' if jiao else '零'}{DIGITS[fen]}分"
    return f"（负数）{text}" if value < 0 else text


def _whole(number: int) -> str:
    groups = []
    place = 0
    while number:
        number, part = divmod(number, 10**GROUP_SIZE)
        if part:
            zero = "零" if number and part < 10 ** (GROUP_SIZE - 1) else ""
            groups.append(zero + _group(part) + GROUPS[place])
        place += 1
    return "".join(reversed(groups)) or DIGITS[0]


def _group(part: int) -> str:
    text = ""
    for place, digit in zip((3, 2, 1, 0), f"{part:04d}", strict=True):
        text += DIGITS[int(digit)] + (UNITS[place] if digit != "0" else "")
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零")
