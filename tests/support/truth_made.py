"""Makes documents of every type with odd names and amounts out of repeatable chance."""

from calendar import monthrange
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from truth import DIGITAL, ON_PAPER, WITHOUT_LINES, Document, Line, Party, shares
from truth_on_the_wire import LACKS

CENT = Decimal("0.01")
TRADE = (
    Party("91440300MA2000002A", "供货有限公司"),
    Party("91310000MA1EXAMP15", "上海“引号”科技（集团）有限公司"),
    Party("91310000MA1EXAMP23", "O'Brien & Söhne <GmbH>"),
    Party("91310000MA1EXAMP31", "深圳市𠮷野餐饮\\连锁, 有限公司;--"),
    Party("91310000MA1EXAMP4X", "  两端空白有限公司  "),
    Party("91310000MA1EXAMP58", "ＡＢＣ１２３全角有限公司"),
    Party("91310000MA1EXAMP66", '{"名":"null"}有限公司'),
    Party("91310000MA1EXAMP74", "名" * 100),
)
ABROAD = Party("US000000000000001", "Example Overseas Licensing, Inc.")
SOMEBODY = Party("", "张三（个人）")
REMARKS = ("", "", "   ", "订单号 PO-1", "第一行\n第二行", "税号'; DROP TABLE x; --", "备注：" + "长" * 200)
GOODS = (
    ("*黑色金属冶炼压延品*热轧钢板", "1080206000000000000", "Q235 6mm", "吨", Decimal("0.13")),
    ("*信息技术服务*软件服务费", "3040203000000000000", "", "", Decimal("0.06")),
    ("*纸制品*复印纸 “A4”", "1060105000000000000", "A4 70g, 'x'", "箱", Decimal("0.13")),
    ("*物流辅助服务*免税服务", "3040407000000000000", "", "月", Decimal("0")),
)
AMOUNTS = ("0.00", "0.01", "1.00", "100.00", "1234.56", "99999.99", "12345678901.23")


def document(dice: Random, kind: str, month: str, owner: Party, direction: str, index: int) -> Document:
    """One document of a month; different indices below 10**8 give different numbers."""
    year, of_year = map(int, month.split("-"))
    day = dice.randint(1, monthrange(year, of_year)[1])
    issued = datetime(year, of_year, day, dice.randint(0, 23), dice.randint(0, 59), dice.randint(0, 59))  # noqa: DTZ001
    no, code, paper_no = _numbers(kind, issued, index)
    red = kind not in ("customs", "withholding") and dice.random() < 0.15
    amount, lines = _amount(dice, kind, red)
    tax = sum((line.tax for line in lines), Decimal(0)) if lines else _tax(amount, dice.choice(GOODS)[4])
    return Document(
        kind=kind,
        direction=direction,
        owner=owner,
        other=_other(dice, kind, direction),
        issued=issued,
        no=no,
        code=code,
        paper_no=paper_no,
        amount=amount,
        tax=tax,
        remark=dice.choice(REMARKS),
        drawer=dice.choice(("", "张三", "Anna O'Neill")),
        red_of=f"{issued:%y}312{10**14 + index:015d}" if red else "",
        lines=() if kind in WITHOUT_LINES else tuple(lines),
        status="0" if red else dice.choice(("0", "0", "0", "2", "7", "8")),
        risk=dice.choice(("01", "01", "01", "02", "03")),
    )


def _numbers(kind: str, issued: datetime, index: int) -> tuple[str, str, str]:
    if kind == "customs":
        return f"2233{issued:%Y}1{index:09d}-L01", "", ""
    if kind == "withholding":
        return f"3{issued:%y}{index:015d}", "", ""
    if kind in DIGITAL:
        no = f"{issued:%y}31{ {'61': '8', '51': '9'}.get(kind, '2') }{index:015d}"
        return (no, f"03100{issued:%y}00190"[:12], f"{index:08d}") if kind in ON_PAPER else (no, "", "")
    code = {"01": f"3100{issued:%y}1130", "11": f"03100{issued:%y}00107", "14": f"03100{issued:%y}00112"}.get(kind)
    return f"{index:08d}", code or f"03100{issued:%y}00{kind}1"[:12], ""


def _other(dice: Random, kind: str, direction: str) -> Party:
    if kind == "withholding":
        return ABROAD
    may_be_anybody = direction == "output" and kind in ("82", "04", "10")
    return dice.choice((*TRADE, SOMEBODY)) if may_be_anybody else dice.choice(TRADE)


def _amount(dice: Random, kind: str, red: bool) -> tuple[Decimal, list[Line]]:
    whole = Decimal(dice.choice(AMOUNTS)) + Decimal(dice.randint(0, 10**7)) / 100 * dice.randint(0, 1)
    whole = -max(whole, CENT) if red else whole
    parts = shares(whole, [dice.randint(1, 9) for _ in range(dice.randint(1, 4))])
    lines = [] if kind in WITHOUT_LINES else [_line(dice, kind, part) for part in parts]
    return whole, lines


def _line(dice: Random, kind: str, amount: Decimal) -> Line:
    name, code, specification, unit, rate = dice.choice(GOODS)
    quantity = Decimal(dice.randint(1, 9)) * (-1 if amount < 0 else 1)
    line = Line(
        name=name,
        code=code[:10] if kind == "customs" else code,
        specification=specification,
        unit=unit,
        quantity=quantity,
        price=(amount / quantity).quantize(Decimal("0.00000001")),
        amount=amount,
        rate=rate,
        tax=_tax(amount, rate),
    )
    lacks = {name: None if name in ("quantity", "price") else "" for name in LACKS.get(kind, ())}
    return Line(**{**{name: getattr(line, name) for name in Line.__dataclass_fields__}, **lacks})


def _tax(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)
