"""What stands where on a layout file's page: texts in millimetres from the upper left corner."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from simulator.documents.amounts import capital
from simulator.documents.document import Document
from simulator.gateway.rows.face import Face
from simulator.gateway.rows.lines import items

WIDTH, HEIGHT = 210.0, 140.0
TITLES = {
    "81": "电子发票（增值税专用发票）",
    "82": "电子发票（普通发票）",
    "61": "电子发票（航空运输电子客票行程单）",
    "51": "电子发票（铁路电子客票）",
}
TITLE_SIZE, SIZE, SMALL = 5.0, 3.5, 3.0
FIRST_LINE, LINE_STEP, MOST_LINES = 60.0, 5.0, 8
TOTALS, FOOT = 110.0, 125.0


class Text(NamedTuple):
    """One run of text; `size` is the height of a character in millimetres."""

    x: float
    y: float
    size: float
    text: str


def texts(document: Document) -> list[Text]:
    """The page of an invoice, from top to bottom."""
    face = Face.of(document, document.issued_on)
    return [*_head(face), *_lines(face), *_foot(face)]


def _head(face: Face) -> Iterator[Text]:
    facts = face.document.facts
    yield Text(65, 12, TITLE_SIZE, TITLES.get(facts.kind, "电子发票"))
    yield Text(140, 22, SIZE, f"发票号码：{facts.number.no}")
    yield Text(140, 28, SIZE, f"开票日期：{facts.issued:%Y年%m月%d日}")
    for x, party in ((10, "buyer"), (110, "saler")):
        label = {"buyer": "购买方", "saler": "销售方"}[party]
        yield Text(x, 38, SIZE, f"{label}名称：{face.role(f'{party}Name')}")
        yield Text(x, 44, SIZE, f"统一社会信用代码/纳税人识别号：{face.role(f'{party}TaxNo')}")


def _lines(face: Face) -> Iterator[Text]:
    for x, label in (
        (10, "项目名称"),
        (80, "规格型号"),
        (105, "单位"),
        (118, "数量"),
        (135, "金额"),
        (160, "税率"),
        (180, "税额"),
    ):
        yield Text(x, FIRST_LINE - LINE_STEP, SMALL, label)
    rows = items(face)
    for place, row in enumerate(rows[:MOST_LINES]):
        y = FIRST_LINE + place * LINE_STEP
        columns = ((10, "goodsName"), (80, "specification"), (105, "units"), (118, "quantity"), (135, "amount"))
        yield from (Text(x, y, SMALL, str(row[name])) for x, name in columns if row[name])
        yield Text(160, y, SMALL, str(row["taxRate"]))
        yield Text(180, y, SMALL, str(row["taxAmount"]))
    if len(rows) > MOST_LINES:
        yield Text(10, FIRST_LINE + MOST_LINES * LINE_STEP, SMALL, f"（共{len(rows)}行，详见发票数据）")


def _foot(face: Face) -> Iterator[Text]:
    amounts, total = face.amounts(), face.role("totalAmount")
    yield Text(10, TOTALS, SIZE, f"合计  ¥{amounts['invoiceAmount']}  税额 ¥{amounts['totalTaxAmount']}")
    yield Text(10, TOTALS + 7, SIZE, f"价税合计（大写）{capital(Decimal(total))}（小写）¥{total}")
    yield Text(10, FOOT, SMALL, f"备注：{face.role('remark')}")
    yield Text(150, FOOT, SMALL, f"开票人：{face.payload.get('kpr', '')}")
