"""Invented invoices, 缴款书 and 完税凭证 for the files: numbers by their rules, amounts that add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from simulator.codes import CUSTOMS, INPUT, WITHHOLDING
from simulator.documents.amounts import CATALOGUE, CENT, Goods
from simulator.documents.numbers import PAPER_DIGITAL, Number, number
from simulator.documents.parties import CAR_DEALER, FOREIGN, ROAD, TRADE, Party
from simulator.sample import GROUP, NAMES

OWNER = Party(
    GROUP, NAMES[GROUP], "上海市示例区示例路1号", "021-00000001", "示例银行上海示例支行", "6200000000000000001"
)
TOLL_GOODS = Goods("通行费", "经营租赁", "3040502020200000000", "沪A00001", "客车", Decimal("0.03"))
CAR_GOODS = Goods("轿车", "机动车", "1090305000000000000", "示例牌 SL7000", "辆", Decimal("0.13"))
TOLL_KINDS, CAR_KINDS = frozenset({"14", "8208"}), frozenset({"03", "83", "87"})


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One line; `amount` without tax."""

    goods: Goods
    quantity: int
    price: Decimal
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """One document: `kind` is the fplx, 8208, customs or withholding; `no`, `code`, `digital` as files print them."""

    kind: str
    no: str
    code: str
    digital: str
    issued: datetime
    seller: Party
    buyer: Party
    lines: tuple[GoodsLine, ...]
    status: str = "正常"
    remark: str = ""

    @property
    def amount(self) -> Decimal:
        """金额, without tax."""
        return sum((line.amount for line in self.lines), Decimal())

    @property
    def tax(self) -> Decimal:
        """税额."""
        return sum((line.tax for line in self.lines), Decimal())


def documents(seed: int, kinds: Sequence[str], month: date, direction: str = INPUT, each: int = 3) -> list[Document]:
    """`each` documents of every kind, issued in `month`, bought (or sold) by the sample group, by seed."""
    dice = Random(seed)  # noqa: S311 invented data, not a secret
    return [
        _document(dice, kind, month, direction, seed * 1000 + at, place)
        for at, kind in enumerate(kinds)
        for place in range(1, each + 1)
    ]


def red_of(blue: Document, tag: int) -> Document:
    """The red invoice that reverses all of `blue`."""
    digits = _numbers(blue.kind, blue.issued.date(), tag, 900_000 + int(blue.digital[-4:] or 0))
    lines = tuple(
        GoodsLine(line.goods, -line.quantity, line.price, -line.amount, -line.tax) for line in blue.lines
    )  # fmt: skip
    remark = f"被红冲蓝字数电发票号码：{blue.digital}"
    issued = blue.issued + timedelta(hours=1)
    return Document(blue.kind, *digits, issued, blue.seller, blue.buyer, lines, "正常", remark)


def _document(dice: Random, kind: str, month: date, direction: str, tag: int, place: int) -> Document:
    day = month.replace(day=dice.randint(1, 27))
    issued = datetime(day.year, day.month, day.day, dice.randint(8, 20), dice.randint(0, 59), dice.randint(1, 59))  # noqa: DTZ001
    other = _other(kind, dice)
    seller, buyer = (other, OWNER) if direction == INPUT else (OWNER, other)
    goods = [_goods(kind, dice) for _ in range(1 if kind in CAR_KINDS else dice.randint(1, 3))]
    return Document(
        kind, *_numbers(kind, day, tag, place), issued, seller, buyer, tuple(_line(one, dice) for one in goods)
    )


def _numbers(kind: str, day: date, tag: int, place: int) -> tuple[str, str, str]:
    """(号码, 代码, 数电号码)."""
    given: Number = number("82" if kind == "8208" else kind, day, tag, place)
    if kind in (CUSTOMS, WITHHOLDING):
        return given.no, "", ""
    if kind in PAPER_DIGITAL:
        return given.paper_no, given.code, given.no
    return (given.no, given.code, "") if given.code else ("", "", given.no)


def _other(kind: str, dice: Random) -> Party:
    if kind in CAR_KINDS:
        return CAR_DEALER
    if kind in TOLL_KINDS:
        return ROAD
    return FOREIGN if kind == WITHHOLDING else dice.choice(TRADE)


def _goods(kind: str, dice: Random) -> Goods:
    if kind in CAR_KINDS:
        return CAR_GOODS
    return TOLL_GOODS if kind in TOLL_KINDS else dice.choice(CATALOGUE[:3] if kind == CUSTOMS else CATALOGUE)


def _line(goods: Goods, dice: Random) -> GoodsLine:
    quantity = 1 if goods in (TOLL_GOODS, CAR_GOODS) else dice.randint(1, 40)
    price = Decimal(dice.randint(100, 900_000)) / 100
    amount = quantity * price
    return GoodsLine(goods, quantity, price, amount, (amount * goods.rate).quantize(CENT, ROUND_HALF_UP))
