"""Tax-control invoices 01, 02, 04, 08, 10, the roll 11 and the toll 14 (归集 V2.011 附件 2 to 4)."""

from collections.abc import Mapping, Sequence

from simulator.codes import AGRICULTURAL, AGRICULTURAL_LEGACY
from simulator.documents import amounts
from simulator.documents.amounts import Line, money
from simulator.documents.dice import Dice
from simulator.documents.facts import STAMP, Facts
from simulator.documents.fields import row
from simulator.documents.parties import Party

SPECIAL = frozenset({"01", "08"})
WITHOUT_CHECK_CODE = frozenset({"01", "02", "08"})
CHECK_CODE_DIGITS = 20
PURCHASE = "16"


def invoice(facts: Facts) -> dict[str, object]:
    """01, 02, 04, 08, 10; a purchase of farm products is stored with buyer and seller reversed, as the bureau does."""
    dice = facts.dice()
    lines = amounts.draw(dice, facts.lines, facts.red, amounts.catalogue(facts.tdys))
    seller, buyer = (facts.buyer, facts.seller) if facts.tdys == PURCHASE else (facts.seller, facts.buyer)
    head = {
        **_common(facts, lines, dice),
        **_addresses(seller, buyer),
        "xsfsbh": seller.number,
        "xsfmc": seller.name,
        "gmfsbh": buyer.number,
        "gmfmc": buyer.name,
        "tspz": AGRICULTURAL_LEGACY if facts.tdys in AGRICULTURAL else "",
        "kjlx": "1",
        "hsslbz": "0",
        "syslbs": "0",
        "mxts": str(len(lines)),
        "xfnsrlxdm": "1" if facts.kind in SPECIAL else "",
    }
    return row("tax_control", "head", head) | {"fpmx": _lines("tax_control", lines)}


def roll(facts: Facts) -> dict[str, object]:
    """11 增值税普通发票（卷式）."""
    dice = facts.dice()
    lines = amounts.draw(dice, facts.lines, facts.red)
    head = {**_common(facts, lines, dice), **_short_parties(facts), "mxts": str(len(lines))}
    return row("roll", "head", head) | {"fpmx": [_roll_line(number, line) for number, line in enumerate(lines, 1)]}


def toll(facts: Facts) -> dict[str, object]:
    """14 通行费: its lines carry plate, vehicle kind and travel dates in the goods columns."""
    dice = facts.dice()
    lines = amounts.draw(dice, facts.lines, facts.red, amounts.TRAVEL)
    head = {**_common(facts, lines, dice), **_short_parties(facts), "tspz": "06", "skm": dice.digits(20)}
    day = f"{facts.issued:%Y%m%d}"
    trip = {"ggxh": f"沪A{dice.digits(5)}", "jldw": "客车", "sl": day, "dj": day}
    return row("toll", "head", head) | {"fpmx": [detail | trip for detail in _lines("toll", lines)]}


def voided(payload: Mapping[str, object], stamp: str) -> dict[str, object]:
    """What a cancellation (作废) changes on the face: fpztbz 0 → 3, 1 → 4, and its date."""
    return {"fpztbz": {"0": "3", "1": "4"}.get(str(payload["fpztbz"]), payload["fpztbz"]), "zfrq": stamp}


def _common(facts: Facts, lines: Sequence[Line], dice: Dice) -> dict[str, object]:
    net, tax = amounts.net(lines), amounts.tax(lines)
    return {
        "fpdm": facts.number.code,
        "fphm": facts.number.no,
        "kprq": facts.issued.strftime(STAMP),
        "fpztbz": "1" if facts.red else "0",
        "jym": "" if facts.kind in WITHOUT_CHECK_CODE else dice.digits(CHECK_CODE_DIGITS),
        "je": money(net),
        "se": money(tax),
        "slv": str(lines[0].goods.rate),
        "jshj": money(net + tax),
        "bz": f"对应正数发票号码{facts.red_of}" if facts.red else "",
    }


def _addresses(seller: Party, buyer: Party) -> dict[str, object]:
    return {
        "xsfdzdh": seller.address_phone,
        "xsfyhzh": seller.bank_account,
        "gmfdzdh": buyer.address_phone,
        "gmfyhzh": buyer.bank_account,
    }


def _short_parties(facts: Facts) -> dict[str, object]:
    return {
        **_addresses(facts.seller, facts.buyer),
        "bsNsrsbh": facts.seller.number,
        "xfsbh": facts.seller.number,
        "xfmc": facts.seller.name,
        "gfsbh": facts.buyer.number,
        "gfmc": facts.buyer.name,
    }


def _lines(table: str, lines: Sequence[Line]) -> list[dict[str, object]]:
    return [row(table, "fpmx", _line(number, line)) for number, line in enumerate(lines, start=1)]


def _line(number: int, line: Line) -> dict[str, object]:
    return {
        "mxxh": number,
        "mc": line.goods.name,
        "ggxh": line.goods.specification,
        "jldw": line.goods.unit,
        "sl": str(line.quantity),
        "dj": str(line.price),
        "slv": str(line.goods.rate),
        "se": money(line.tax),
        "je": money(line.amount),
        "spbm": line.goods.code,
    }


def _roll_line(number: int, line: Line) -> dict[str, object]:
    gross = line.amount + line.tax
    values = {
        "mxxh": number,
        "xm": line.goods.name,
        "sl": str(line.quantity),
        "dj": str(line.price),
        "je": money(line.amount),
        "hsdj": money(gross / line.quantity),
        "hsje": money(gross),
        "slv": str(line.goods.rate),
        "se": money(line.tax),
        "spbm": line.goods.code,
    }
    return row("roll", "fpmx", values)
