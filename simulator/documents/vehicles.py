"""Vehicle invoices: 03 and 15 of the tax-control system, 83/87 and 84/88 of the digital one (附件 5, 6, 12, 13)."""

from decimal import Decimal

from simulator.documents import amounts
from simulator.documents.amounts import money
from simulator.documents.dice import Dice
from simulator.documents.digital import identity, parties
from simulator.documents.facts import Facts
from simulator.documents.fields import row
from simulator.documents.parties import PEOPLE, USED_CAR_MARKET

RATE = Decimal("0.13")
GOODS_CODE = "1090305010000000000"
BUREAU = "13100000000"


def motor(facts: Facts) -> dict[str, object]:
    """03 机动车销售统一发票."""
    dice = facts.dice()
    net, tax = _price(dice, facts.red)
    seller, buyer = facts.seller, facts.buyer
    head = {
        **_legacy_number(facts),
        "fpztbz": "1" if facts.red else "0",
        "ghdw": buyer.name,
        "gfsbh": buyer.number,
        "xhdwmc": seller.name,
        "nsrsbh": seller.number,
        "dz": seller.address,
        "dh": seller.phone,
        "khyhzh": seller.bank,
        "zh": seller.account,
        "cpxh": "示例牌SIM6480",
        "cllx": "多用途乘用车",
        "hgzs": f"SIM{dice.digits(12)}",
        "cd": "武汉市",
        "fdjhm": f"SIM{dice.digits(8)}",
        "cjhm": _frame(dice),
        "cjfy": money(net),
        "slv": str(RATE),
        "zzsse": money(tax),
        "jshj": money(net + tax),
        "kpr": dice.pick(PEOPLE),
        "kjlx": "1",
        "dkbz": "0",
        "jssj": facts.stamp,
        "jsswjgDm": BUREAU,
        "bsfs": "1",
        "spbm": GOODS_CODE,
        "jdcycbs": "0",
    }
    return row("motor", "head", head)


def used_car(facts: Facts) -> dict[str, object]:
    """15 二手车销售统一发票."""
    dice = facts.dice()
    gross = sum(_price(dice, facts.red), Decimal(0))
    seller, buyer, market = facts.seller, facts.buyer, USED_CAR_MARKET
    head = {
        **_legacy_number(facts),
        "gfMc": buyer.name,
        "gfDm": buyer.number,
        "gfDz": buyer.address,
        "gfDh": buyer.phone,
        "kpfNsrsbh": market.number,
        "xfMc": seller.name,
        "xfDm": seller.number,
        "xfDz": seller.address,
        "xfDh": seller.phone,
        "cphm": f"鄂A{dice.digits(5)}",
        "djzh": dice.digits(12),
        "cllx": "小型轿车",
        "clsbh": _frame(dice),
        "cpxh": "示例牌SIM7180",
        "zrdclglsMc": "示例市车辆管理所",
        "escMc": market.name,
        "escSbh": market.number,
        "escDz": market.address,
        "escDh": market.phone,
        "cjhj": money(gross),
        "kpr": dice.pick(PEOPLE),
        "kjlx": "1",
    }
    return row("used_car", "head", head)


def digital_motor(facts: Facts) -> dict[str, object]:
    """83 and 87 机动车销售统一发票."""
    dice = facts.dice()
    net, tax = _price(dice, facts.red)
    head = {
        **identity(facts),
        **parties(facts),
        **_digital_totals(net, tax),
        "kpr": dice.pick(PEOPLE),
        "cllx": "多用途乘用车",
        "cpxh1": "示例牌SIM6480",
        "cd": "武汉市",
        "hgzh": f"SIM{dice.digits(12)}",
        "fdjhm": f"SIM{dice.digits(8)}",
        "clsbdh": _frame(dice),
        "sl1": str(RATE),
        "se": money(tax),
        "bhsj": money(net),
        "xcrs": "5",
        "zgswjgDm": BUREAU,
        "sphfwssflhbbm": GOODS_CODE,
    }
    return row("digital_motor", "head", head)


def digital_used_car(facts: Facts) -> dict[str, object]:
    """84 and 88 二手车销售统一发票, tdyslxDm 51 正常开具."""
    dice = facts.dice()
    net, tax = _price(dice, facts.red)
    head = {
        **identity(facts),
        **parties(facts),
        **_digital_totals(net + tax, Decimal(0)),
        "tdyslxDm": facts.tdys or "51",
        "kpr": dice.pick(PEOPLE),
        "cpzh": f"鄂A{dice.digits(5)}",
        "djzh": dice.digits(12),
        "cllx": "小型轿车",
        "clsbdh": _frame(dice),
        "cpxh1": "示例牌SIM7180",
        "zrdclglsmc": "示例市车辆管理所",
        "cjhjdx": amounts.capital(net + tax),
        "cjhjxx": money(net + tax),
        "escscnsrsbh": USED_CAR_MARKET.number,
        "escscnsrmc": USED_CAR_MARKET.name,
        "escscdz": USED_CAR_MARKET.address,
        "sphfwssflhbbm": GOODS_CODE,
    }
    return row("digital_used_car", "head", head)


def _price(dice: Dice, red: bool) -> tuple[Decimal, Decimal]:
    net = Decimal(dice.number(5_000_000, 40_000_000)) / 100 * (-1 if red else 1)
    return net, amounts.tax_of(net, RATE)


def _frame(dice: Dice) -> str:
    return f"LSIM{dice.digits(13)}"


def _legacy_number(facts: Facts) -> dict[str, object]:
    return {
        "fpdm": facts.number.code,
        "zzfphm": facts.number.no,
        "kprq": facts.stamp,
        "bsNsrsbh": facts.seller.number,
    }


def _digital_totals(net: Decimal, tax: Decimal) -> dict[str, object]:
    return {
        "hjje": money(net),
        "hjse": money(tax),
        "jshj": money(net + tax),
        "jshjdx": amounts.capital(net + tax),
    }
