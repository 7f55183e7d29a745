"""数电 invoices 81, 82, 85, 86: head, goods lines and the specific-business blocks (归集 V2.011 附件 1)."""

from collections.abc import Sequence

from simulator.documents import amounts, blocks
from simulator.documents.amounts import Line, money
from simulator.documents.facts import Facts
from simulator.documents.fields import row
from simulator.documents.parties import PEOPLE

TABLE = "digital"
FUEL = "01"


def face(facts: Facts) -> dict[str, object]:
    """The payload object of an ordinary digital invoice."""
    dice = facts.dice()
    lines = amounts.draw(dice, facts.lines, facts.red, amounts.catalogue(facts.tdys))
    head = {**parties(facts), **totals(lines)} | {
        **identity(facts),
        "kpr": dice.pick(PEOPLE),
        "fhrxm": dice.pick(PEOPLE),
        "xmmxhs": str(len(lines)),
        "xfnsrlxdm": "1",
        "cpyycbs": "9" if facts.tdys == FUEL else "",
        "bz": f"订单号SIM{dice.digits(8)}",
    }
    details = [_line(number, line) for number, line in enumerate(lines, start=1)]
    return row(TABLE, "head", head) | {"fpmx": details} | blocks.of(facts, lines, dice)


def identity(facts: Facts) -> dict[str, object]:
    """Numbers, date and colour, shared with the digital vehicle invoices."""
    return {
        "fphm": facts.number.no,
        "zzfpDm": facts.number.code,
        "zzfphm": facts.number.paper_no,
        "kprq": facts.stamp,
        "fppzDm": facts.kind,
        "tdyslxDm": facts.tdys,
        "sflzfp": "N" if facts.red else "Y",
        "kjhzfpdydlzfphm": facts.red_of,
    }


def parties(facts: Facts) -> dict[str, object]:
    """Seller and buyer, shared with the digital vehicle invoices."""
    seller, buyer = facts.seller, facts.buyer
    return {
        "xsfnsrsbh": seller.number,
        "xsfmc": seller.name,
        "xhfdz": seller.address,
        "xsfdh": seller.phone,
        "xsfkhh": seller.bank,
        "xsfzh": seller.account,
        "gmfnsrsbh": buyer.number,
        "gmfmc": buyer.name,
        "gmfdz": buyer.address,
        "gmfdh": buyer.phone,
        "gmfkhh": buyer.bank,
        "gmfzh": buyer.account,
    }


def totals(lines: Sequence[Line]) -> dict[str, object]:
    """合计金额, 合计税额, 价税合计 and its capital form."""
    net, tax = amounts.net(lines), amounts.tax(lines)
    return {
        "hjje": money(net),
        "hjse": money(tax),
        "jshj": money(net + tax),
        "jshjdx": amounts.capital(net + tax),
    }


def _line(number: int, line: Line) -> dict[str, object]:
    goods = line.goods
    values = {
        "xh": number,
        "xmmc": goods.name,
        "spfwjc": goods.short,
        "hwhyslwfwmc": f"*{goods.short}*{goods.name}",
        "sphfwssflhbbm": goods.code,
        "ggxh": goods.specification,
        "dw": goods.unit,
        "fpjysl": str(line.quantity),
        "fpjydj": str(line.price),
        "slv": str(goods.rate),
        "se": money(line.tax),
        "je": money(line.amount),
    }
    return row(TABLE, "fpmx", values)
