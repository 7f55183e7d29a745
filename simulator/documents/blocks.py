"""The specific-business blocks (特定要素) of a digital invoice, by tdyslxDm (归集 V2.011 附件 1, parts 2 to 16)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from simulator.documents import amounts
from simulator.documents.amounts import Line, money
from simulator.documents.dice import Dice
from simulator.documents.facts import STAMP, Facts
from simulator.documents.fields import row
from simulator.documents.parties import PEOPLE

Blocks = dict[str, object]
Builder = Callable[[Facts, Sequence[Line], Dice], Blocks]

IDENTITY_CARD = "201"


def of(facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """The blocks that the document's tdyslxDm asks for; most documents have none."""
    builder = BUILDERS.get(facts.tdys)
    return builder(facts, lines, dice) if builder else {}


def _row(part: str, **values: object) -> dict[str, object]:
    return row("digital", part, values)


def _sum(line: Line) -> dict[str, object]:
    return {"je": money(line.amount), "sl1": str(line.goods.rate), "se": money(line.tax)}


def _construction(facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """03 建筑服务."""
    project = {"jzfwfsd": facts.seller.address, "jzxmmc": f"示例工程{dice.digits(3)}号"}
    rows = [
        _row("jzfwtdys", xh=number, xmmc=line.goods.name, **project, **_sum(line))
        for number, line in enumerate(lines, start=1)
    ]
    return {"jzfwxx": _row("jzfwxx", tdzzsxmbh=dice.digits(12), kdsbz="N"), "jzfwtdys": rows}


def _freight(_facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """04 货物运输."""
    goods = lines[0].goods.name
    return {
        "hyystdys": [
            _row("hyystdys", xh=1, ysgjzl="公路运输", ysgjph=_plate(dice), qyd="上海市", ddd="成都市", yshwmc=goods)
        ]
    }


def _property_sale(facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """05 不动产销售."""
    price = money(amounts.net(lines))
    block = _row(
        "bdcxstdys",
        xh=1,
        cqzsbh=f"示例不动产权第{dice.digits(7)}号",
        bdcdwdm=dice.digits(28),
        bdczldz=facts.seller.address,
        kdsbz="N",
        hdjsjg=price,
        sjcjhsje=money(amounts.net(lines) + amounts.tax(lines)),
    )
    return {"bdcxstdys": [block]}


def _property_lease(facts: Facts, _lines: Sequence[Line], dice: Dice) -> Blocks:
    """06 不动产经营租赁."""
    first = facts.issued.replace(hour=0, minute=0, second=0)
    term = {"zlqq": first.strftime(STAMP), "zlqz": (first + timedelta(days=30)).strftime(STAMP)}
    place = {"cqzsbh": f"示例不动产权第{dice.digits(7)}号", "bdczldz": facts.seller.address}
    return {"bdczltdys": [_row("bdczltdys", xh=1, kdsbz="N", **place, **term)]}


def _vessel_tax(facts: Facts, _lines: Sequence[Line], dice: Dice) -> Blocks:
    """07 代收车船税."""
    tax = Decimal(dice.number(10_000, 60_000)) / 100
    block = _row(
        "dsccstdys",
        bxdh=dice.digits(20),
        cphcbdjh=_plate(dice),
        skssq=f"{facts.issued:%Y}-01至{facts.issued:%Y}-12",
        cjh=f"LSIM{dice.digits(13)}",
        dsccsje=money(tax),
        znj="0.00",
        jehj=money(tax),
    )
    return {"dsccstdys": [block]}


def _toll(facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """08 通行费."""
    trip = {"txrqq": (facts.issued - timedelta(days=1)).strftime(STAMP), "txrqz": facts.stamp}
    car = {"cphm": _plate(dice), "cllxDm": "01", "cllxmc": "客车"}
    rows = [
        _row("txftdys", xh=number, xmmc="通行费", **car, **trip, **_sum(line))
        for number, line in enumerate(lines, start=1)
    ]
    return {"txftdys": rows}


def _passenger(facts: Facts, _lines: Sequence[Line], dice: Dice) -> Blocks:
    """09 旅客运输."""
    person = {"cxr": dice.pick(PEOPLE), "cxrzjlxDm": IDENTITY_CARD, "sfzjhm": f"{'0' * 14}{dice.digits(4)}"}
    trip = {"chuxrq": facts.stamp, "cfd": "上海市", "ddd": "杭州市", "zwdj": "二等", "jtgjlxDm": "3"}
    return {"lkystdys": [_row("lkystdys", xh=1, **person, **trip)]}


def _patient(dice: Dice) -> dict[str, object]:
    return {
        "ylywlsh": dice.digits(20),
        "hzxm": dice.pick(PEOPLE),
        "hzsfzjlxDm": IDENTITY_CARD,
        "hzsfzjhm": f"{'0' * 14}{dice.digits(4)}",
        "yblxDm": "05",
        "xbDm": dice.pick(("1", "2")),
    }


def _inpatient(facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """10 医疗服务（住院）."""
    stay = {"zysjq": (facts.issued - timedelta(days=5)).strftime(STAMP), "zysjz": facts.stamp}
    head = _row("ylzytdys", zyh=dice.digits(8), zykb="内科", jkr=facts.buyer.name, **stay, **_patient(dice))
    details, fees = [], []
    for number, line in enumerate(lines, start=1):
        details.append(_row("ylzyfpmx", ylfwzyfpmxxh=number, xmmc="住院服务", **_sum(line)))
        fee = {"fymx": line.goods.name, "fpspsl": str(line.quantity), "dw": line.goods.unit}
        fees.append(_row("zysfmx", zysfmxxh=number, ylfwzyfpmxxh=number, **fee, **_sum(line)))
    return {"ylzytdys": [head], "ylzyfpmx": details, "zysfmx": fees}


def _outpatient(facts: Facts, lines: Sequence[Line], dice: Dice) -> Blocks:
    """11 医疗服务（门诊）."""
    head = _row("ylmztdys", mzh=dice.digits(10), mzjzsj=facts.stamp, **_patient(dice))
    details = [
        _row("ylmzfpmx", xh=number, xmmc="门诊服务", fymx=line.goods.name, fpspsl=str(line.quantity), **_sum(line))
        for number, line in enumerate(lines, start=1)
    ]
    return {"ylmztdys": [head], "ylmzfpmx": details}


def _tractor(_facts: Facts, _lines: Sequence[Line], dice: Dice) -> Blocks:
    """13 拖拉机和联合收割机."""
    return {"tljtdys": [_row("tljtdys", fdjhm=f"SIM{dice.digits(8)}", dphgzbh=f"SIM{dice.digits(12)}")]}


def _used_car(facts: Facts, _lines: Sequence[Line], dice: Dice) -> Blocks:
    """15 二手车."""
    return {"escxstdys": [_row("escxstdys", escxstyfphm=f"{facts.issued:%y}312{dice.digits(15)}")]}


def _plate(dice: Dice) -> str:
    return f"沪A{dice.digits(5)}"


BUILDERS: dict[str, Builder] = {
    "03": _construction,
    "04": _freight,
    "05": _property_sale,
    "06": _property_lease,
    "07": _vessel_tax,
    "08": _toll,
    "09": _passenger,
    "10": _inpatient,
    "11": _outpatient,
    "13": _tractor,
    "15": _used_car,
}
