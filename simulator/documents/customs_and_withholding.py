"""Documents that are not invoices: 海关缴款书 and 增值税代扣代缴完税凭证 (归集 V2.011 附件 11 and 9)."""

from decimal import Decimal

from simulator.documents import amounts
from simulator.documents.amounts import money
from simulator.documents.facts import Facts
from simulator.documents.fields import row

WITHHELD_RATE = Decimal("0.06")
IMPORTED = tuple(goods for goods in amounts.CATALOGUE if goods.specification)


def customs(facts: Facts) -> dict[str, object]:
    """海关缴款书: each line has its dutiable value and tax; the head has the sum."""
    lines = amounts.draw(facts.dice(), facts.lines, catalogue=IMPORTED)
    head = {
        "hgjkshm": facts.number.no,
        "tfrq": facts.stamp,
        "skje": money(amounts.tax(lines)),
        "jkdwrnsrsbh": facts.owner.number,
        "jkdwrnsrmc": facts.owner.name,
        "sfchsd": "N",
    }
    goods = [
        row(
            "customs",
            "hwxx",
            {
                "shdm": line.goods.code[:10],
                "wsjg": money(line.amount),
                "skje": money(line.tax),
                "hwmc": line.goods.name,
                "sl": str(line.quantity),
                "dw": line.goods.unit,
                "hwslv": str(line.goods.rate),
            },
        )
        for line in lines
    ]
    return row("customs", "head", head) | {"hwxx": goods}


def withholding(facts: Facts) -> dict[str, object]:
    """代扣代缴完税凭证: the owner withheld, the other party is the foreign payee."""
    base = Decimal(facts.dice().number(100_000, 90_000_000)) / 100
    head = {
        "dkdjwspzh": facts.number.no,
        "kjywrsbh": facts.owner.number,
        "kjywrmc": facts.owner.name,
        "bkjnsrsbh": facts.other.number,
        "bkjnsrmc": facts.other.name,
        "jsje": money(base),
        "sjje": money(amounts.tax_of(base, WITHHELD_RATE)),
        "tfrq": facts.stamp,
    }
    return row("withholding", "head", head)
