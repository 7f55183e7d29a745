"""Holds the documents of a file against themselves: amounts that add up, a day that has come, a sign that fits."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from fapiao.bureau_files.checks import Check
from fapiao.imports.documents import FileDocument, FileDocuments
from fapiao.windows import issued_later

Judge = Callable[[FileDocument, Check], str | None]
"""The sentence about a document that does not hold, or None."""


def check_documents(
    documents: FileDocuments, day: date, checks: Mapping[str, Check], left_out: Collection[str]
) -> None:
    """Keeps out the documents that contradict themselves, or marks them, as the rules say; each with its sentence.

    `day` is that of the import, in Asia/Shanghai; lines named `left_out` (errorGoodsNames) repeat what others say.
    """
    judges = [(checks[name], judge) for name, judge in _judges(day, left_out)]
    for document in documents.found:
        if not document.broken and document.document == "invoice":
            _hold(documents, document, judges)


def _hold(documents: FileDocuments, document: FileDocument, judges: Iterable[tuple[Check, Judge]]) -> None:
    kind = document.values.get("invoice_type")
    for check, judge in judges:
        if kind in check.not_for or not (sentence := judge(document, check)):
            continue
        if check.fate == "rejected":
            documents.refuse(document, sentence)
            return
        document.warnings.append(sentence)


def _judges(day: date, left_out: Collection[str]) -> Iterator[tuple[str, Judge]]:
    last = day.isoformat()
    yield "issued_by_then", lambda document, _: _issued_by_then(document, last)
    yield "adds_up", _adds_up
    yield "sign", _sign
    yield "lines_add_up", lambda document, check: _lines_add_up(document, check, left_out)


def _issued_by_then(document: FileDocument, last: str) -> str | None:
    issued = document.values.get("issue_date", "")
    return issued_later(issued, last, document.document) if issued > last else None


def _adds_up(document: FileDocument, check: Check) -> str | None:
    amount, tax, total = map(document.values.get, ("amount", "tax_amount", "total_amount"))
    if not document.stated or amount is None or tax is None or total is None:
        return None
    if abs(float(amount) + float(tax) - float(total)) < check.nearly:
        return None
    if abs(Decimal(amount) + Decimal(tax) - Decimal(total)) <= check.most:
        return None
    return f"金额 {amount} 元 + 税额 {tax} 元 ≠ 价税合计 {total} 元，请核对。"


def _sign(document: FileDocument, _: Check) -> str | None:
    blue, amount = document.values.get("blue_invoice"), document.values.get("amount") if document.stated else None
    if amount is None or blue not in ("Y", "N") or not float(amount):
        return None
    negative = amount.startswith("-")
    if negative != (blue == "Y"):
        return None
    return f"是否正数发票为“{'是' if blue == 'Y' else '否'}”，金额却是 {amount} 元，请核对。"


def _lines_add_up(document: FileDocument, check: Check, left_out: Collection[str]) -> str | None:
    stated = document.values.get("amount") if document.stated else None
    amounts = [item["amount"] for item in document.items if "amount" in item]
    if stated is None or not amounts or len(amounts) < len(document.items):
        return None
    if abs(sum(map(float, amounts)) - float(stated)) < check.nearly:
        return None
    total = sum(map(Decimal, amounts), Decimal(0))
    repeats = any(item.get("goods_name") in left_out for item in document.items)
    if repeats or abs(total - Decimal(stated)) <= check.most * len(document.items):
        return None
    return f"明细金额合计 {total} 元与票面金额 {stated} 元不一致，已导入，请核对。"
