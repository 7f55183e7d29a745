"""A sheet as the bureau lays it out: lines above the headings, headings, rows, and a sum below."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from simulator.bureau_files.sample_documents import Document, GoodsLine

Cell = str | float | date
Column = tuple[str, str]
"""Heading and the fact below it."""

SOURCES = {True: "电子发票服务平台", False: "增值税发票管理系统"}
TYPE_TEXTS = {
    "01": "增值税专用发票", "03": "机动车销售统一发票", "04": "增值税普通发票", "08": "增值税电子专用发票",
    "10": "增值税电子普通发票", "11": "增值税普通发票（卷票）", "14": "道路通行费电子普通发票",
    "51": "数电发票（铁路电子客票）", "61": "数电发票（航空运输电子客票行程单）", "81": "数电发票（增值税专用发票）",
    "82": "数电发票（普通发票）", "8208": "数电发票（通行费发票）", "85": "数电纸质发票(增值税专用发票)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` from the first row on, headings included."""

    name: str
    rows: list[list[Cell]]


def columns(text: str) -> list[Column]:
    """`序号=seq, 发票代码=code` as columns."""
    return [(heading.strip(), fact.strip()) for heading, _, fact in (part.partition("=") for part in text.split(","))]


def document_sheet(
    name: str,
    layout: Sequence[Column],
    documents: Iterable[Document],
    *,
    above: Sequence[list[Cell]] = (),
    total: bool = False,
    more: Callable[[Document], dict[str, Cell]] = lambda _: {},
) -> Sheet:
    """One row per document; `more` gives facts of its own, `total` puts a 合计 row below."""
    rows = list(above)
    rows.append([heading for heading, _ in layout])
    listed = list(documents)
    for place, document in enumerate(listed, start=1):
        facts = {**document_facts(document), "seq": str(place), **more(document)}
        rows.append([facts.get(fact, "") for _, fact in layout])
    if total:
        sums: dict[str, Cell] = {"seq": "合计", "amount": "-", "tax": "-", "total": "-"}
        rows.append([sums.get(fact, "") for _, fact in layout])
    return Sheet(name, rows)


def line_sheet(
    name: str, layout: Sequence[Column], documents: Iterable[Document], *, above: Sequence[list[Cell]] = ()
) -> Sheet:
    """One row per goods line."""
    rows = list(above)
    rows.append([heading for heading, _ in layout])
    pairs = ((document, line) for document in documents for line in document.lines)
    for place, (document, line) in enumerate(pairs, start=1):
        facts = {**document_facts(document), **line_facts(document, line), "seq": str(place)}
        rows.append([facts.get(fact, "") for _, fact in layout])
    return Sheet(name, rows)


def document_facts(document: Document) -> dict[str, Cell]:
    """What the header of a document says; an empty number is `--`, as the bureau writes it."""
    digital_only = bool(document.digital) and not document.no
    return {
        "no": document.no or "--",
        "code": document.code or "--",
        "digital": document.digital or "--",
        "number": document.digital or document.no,
        "issued": f"{document.issued:%Y-%m-%d %H:%M:%S}",
        "day": f"{document.issued:%Y-%m-%d}",
        "compact_day": f"{document.issued:%Y%m%d}",
        "date": document.issued.date(),
        "seller_no": document.seller.number,
        "seller": document.seller.name,
        "seller_contact": document.seller.address_phone,
        "seller_bank": document.seller.bank_account,
        "buyer_no": document.buyer.number,
        "buyer": document.buyer.name,
        "buyer_contact": document.buyer.address_phone,
        "buyer_bank": document.buyer.bank_account,
        "amount": float(document.amount),
        "tax": float(document.tax),
        "total": float(document.amount + document.tax),
        "amount_text": f"{document.amount:.2f}",
        "tax_text": f"{document.tax:.2f}",
        "total_text": f"{document.amount + document.tax:.2f}",
        "source": SOURCES[digital_only],
        "type": TYPE_TEXTS.get(document.kind, ""),
        "status": document.status,
        "positive": "是" if document.amount >= 0 else "否",
        "risk": "正常",
        "drawer": "示例张",
        "payee": "示例李",
        "reviewer": "示例王",
        "remark": document.remark,
    }


def line_facts(document: Document, line: GoodsLine) -> dict[str, Cell]:
    """What a goods line says; it takes the place of the header's amounts."""
    return {
        "goods_code": line.goods.code,
        "goods": f"*{line.goods.short}*{line.goods.name}",
        "specification": line.goods.specification,
        "unit": line.goods.unit,
        "quantity": str(line.quantity),
        "price": f"{line.price:.2f}",
        "rate": percent(line.goods.rate),
        "amount": float(line.amount),
        "tax": float(line.tax),
        "total": float(line.amount + line.tax),
        "amount_text": f"{line.amount:.2f}",
        "tax_text": f"{line.tax:.2f}",
        "toll_from": f"{document.issued:%Y%m%d}",
        "toll_to": f"{document.issued:%Y%m%d}",
    }


def percent(rate: Decimal) -> str:
    """13% for 0.13."""
    return f"{rate * 100:.0f}%"
