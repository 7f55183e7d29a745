"""Passenger tickets: 61 航空运输客票电子行程单 and 51 铁路电子客票 (归集 V2.011 附件 7 and 8)."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.documents import amounts
from simulator.documents.amounts import money, tax_of
from simulator.documents.facts import Facts
from simulator.documents.fields import row
from simulator.documents.parties import PEOPLE

RATE = Decimal("0.09")
FREE = Decimal(0)
TRAVEL_CODE = "3010502010000000000"
DEVELOPMENT_FUND = Decimal(50)

Item = tuple[str, Decimal, Decimal]


def air(facts: Facts) -> dict[str, object]:
    """61: 票价, 燃油附加费 and 民航发展基金 are lines; 保险费 and the flights stand in their own parts."""
    dice, sign = facts.dice(), -1 if facts.red else 1
    items = [
        ("票价", Decimal(sign * dice.number(300, 2500)), RATE),
        ("燃油附加费", Decimal(sign * dice.number(10, 80)), RATE),
        ("民航发展基金", sign * DEVELOPMENT_FUND, FREE),
    ]
    flown = facts.issued
    passenger = {
        "fphm": facts.number.no,
        "kprq": facts.stamp,
        "sflzfpbz": _blue(facts),
        "gngjbz": "1",
        "xm": dice.pick(PEOPLE),
        "dzkphm": f"999-{dice.digits(10)}",
        "yzm": dice.digits(4),
        "bxf": "30.00",
        "tkdw": facts.seller.name,
        **_parties(facts),
    }
    flight = {
        "sfz": "上海虹桥",
        "mdz": "北京首都",
        "hd": 1,
        "cyr": "示例航空",
        "hbh": f"SM{dice.digits(4)}",
        "zwdj": "Y",
        "cyrq": f"{flown:%Y%m%d}",
        "qfsj": facts.stamp,
        "kpjbkplb": "Y",
        "mfxle": "20K",
    }
    return _ticket("air", facts, items) | {"tdys": row("air", "tdys", passenger), "hdxx": [row("air", "hdxx", flight)]}


def rail(facts: Facts) -> dict[str, object]:
    """51: one line; what was paid, refunded and the original fare stand in tdys."""
    dice, sign = facts.dice(), -1 if facts.red else 1
    gross = Decimal(sign * dice.number(5_000, 90_000)) / 100
    net = (gross / (1 + RATE)).quantize(amounts.CENT)
    journey = {
        "fphm": facts.number.no,
        "kprq": facts.stamp,
        "ywlxmc": "退" if facts.red else "售",
        "cfz": "上海虹桥",
        "cfzpy": "Shanghaihongqiao",
        "ddz": "杭州东",
        "ddzpy": "Hangzhoudong",
        "cccc": f"G{dice.digits(4)}",
        "rq": facts.stamp,
        "cfsj1": "09:30",
        "tldzkppzmc": "电子客票",
        "xb1": "二等座",
        "cx": "05",
        "xw": f"{dice.number(1, 17):02d}A",
        "zfje": money(gross),
        "ytje": "0.00",
        "yppj": money(gross),
        "dzkph": dice.digits(21),
        "xm": dice.pick(PEOPLE),
        "yfphm": facts.red_of,
    }
    tax = gross - net
    return _ticket("rail", facts, [("铁路客票", net, RATE)], tax) | {"tdys": row("rail", "tdys", journey)}


def _blue(facts: Facts) -> str:
    return "N" if facts.red else "Y"


def _parties(facts: Facts) -> dict[str, object]:
    return {
        "xsfnsrsbh": facts.seller.number,
        "xsfmc": facts.seller.name,
        "gmfnsrsbh": facts.buyer.number,
        "gmfmc": facts.buyer.name,
    }


def _ticket(table: str, facts: Facts, items: Sequence[Item], tax: Decimal | None = None) -> dict[str, object]:
    lines = [_line(table, number, item, tax) for number, item in enumerate(items, start=1)]
    net = sum((item[1] for item in items), Decimal(0))
    whole_tax = sum((tax_of(amount, rate) for _, amount, rate in items), Decimal(0)) if tax is None else tax
    head = {
        **_parties(facts),
        "fphm": facts.number.no,
        "sfwzzfp": "N",
        "kprq": facts.stamp,
        "kjhzfpdydlzfphm": facts.red_of,
        "fppzDm": facts.kind,
        "gmfdz": facts.buyer.address,
        "xsfdz": facts.seller.address,
        "kpr": "系统开票",
        "jshj": money(net + whole_tax),
        "jshjdx": amounts.capital(net + whole_tax),
        "hjje": money(net),
        "hjse": money(whole_tax),
        "sflzfpbz": _blue(facts),
    }
    return row(table, "head", head) | {"hwxx": lines}


def _line(table: str, number: int, item: Item, tax: Decimal | None) -> dict[str, object]:
    name, amount, rate = item
    values = {
        "xh": number,
        "xmmc": name,
        "hwhyslwfwmc": f"*运输服务*{name}",
        "spfwjc": "运输服务",
        "sphfwssflhbbm": TRAVEL_CODE,
        "je": money(amount),
        "sl1": str(rate),
        "se": money(tax_of(amount, rate) if tax is None else tax),
    }
    return row(table, "hwxx", values)
