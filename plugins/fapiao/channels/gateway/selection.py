"""海关缴款书 selection in the words of the gateway: data of O14 to O20, and the reading of their answers (§10.2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fapiao.channels.gateway.interfaces import DEDUCTION, AsyncInterface, Interface
from fapiao.channels.gateway.questions import SELECTED
from fapiao.channels.gateway.types import asked_types
from fapiao.identity import spelled
from fapiao.selection.answers import (
    Action,
    Document,
    DocumentResult,
    Holding,
    Statistics,
    StatisticsAction,
    TaxPeriod,
    UnreadableAnswer,
    once_each,
)
from fapiao.selection.result_codes import ResultCodes

Data = Mapping[str, Any]

CHANNEL = "etax"
CHANGE_PERIOD = Interface(DEDUCTION, "taxperiodChange")
"""O15 变更税款所属期"""
SELECT = AsyncInterface(
    Interface(DEDUCTION, "invoiceSelect"), Interface(DEDUCTION, "invoiceSelectQuery"), rows="success"
)
"""O16/O17 发票勾选/撤销勾选"""
STATISTICS = Interface(DEDUCTION, "statisticQuery")
"""O18 当前统计查询"""
MAKE = AsyncInterface(Interface(DEDUCTION, "statisticCreate"), Interface(DEDUCTION, "statisticCreateQuery"))
"""O19 生成/撤销统计表"""
CONFIRM = AsyncInterface(Interface(DEDUCTION, "statisticConfirm"), Interface(DEDUCTION, "ext.statisticConfirmQuery"))
"""O20 确认统计表"""
_FLAG: Mapping[Action, int] = {"select": 1, "withdraw": 0}
"""authenticateFlag 勾选, 撤销勾选"""
_OPERATE = {"make": "1", "withdraw": "2"}
"""operateType (2: assumed, protocols §4.08)"""
_NAMES = (("invoiceNo", "customDeclarationNo"), ("selectResult", "errorCode"))
"""What names a document and its result; the second where a task could not do a row at all."""
_NOT_DEDUCTED, _CUSTOMS_BILL, _KEEP = 2, 1, 1
"""deductionPurpose 不抵扣 · billType 海关缴款书 · status of 4.12"""


def customs_number() -> str:
    """invoiceType of 海关缴款书."""
    return asked_types("customs", "customs") or ""


def upload(taxpayer_no: str, action: Action, documents: Sequence[Document]) -> dict[str, Any]:
    """invoiceSelect; a 缴款书's number stands in invoiceNo."""
    return {
        "taxNo": taxpayer_no,
        "authenticateFlag": _FLAG[action],
        "deductionPurpose": _NOT_DEDUCTED,
        "billType": _CUSTOMS_BILL,
        "asyncFlag": "1",
        "invoices": [_row(document) for document in documents],
    }


def change_period(taxpayer_no: str, period: str) -> dict[str, Any]:
    """taxperiodChange."""
    return {"taxNo": taxpayer_no, "taxPeriod": period, "status": _KEEP}


def holdings_search(taxpayer_no: str, period: str) -> dict[str, Any]:
    """invoiceDown of what is selected or confirmed in a tax period."""
    search = dict.fromkeys(("invoiceCode", "invoiceNo", "salerTaxNo", "invoiceStatus", "startTime", "endTime"), "")
    search |= {"taxPeriod": period, "authenticateFlags": SELECTED, "invoiceType": customs_number()}
    return {"taxNo": taxpayer_no, "asyncFlag": "1", "searchOpt": search}


def pair_of(action: StatisticsAction) -> AsyncInterface:
    """Which operation does it, and which one knows its result."""
    return CONFIRM if action == "confirm" else MAKE


def apply_statistics(taxpayer_no: str, action: StatisticsAction) -> dict[str, Any]:
    """statisticCreate, or statisticConfirm: the RPA needs no password (§4.10)."""
    asked = {"taxNo": taxpayer_no, "asyncFlag": "1"}
    return asked | ({"password": ""} if action == "confirm" else {"operateType": _OPERATE[action]})


def tax_period(data: Data) -> TaxPeriod:
    """The answer of taxperiodQuery; skssq is period;deadline;next month. Raises UnreadableAnswer."""
    parts = str(data.get("skssq") or "").split(";")
    period, state = str(data.get("taxPeriod") or parts[0]), str(data.get("createTjbbStatus") or "")
    if not period or not state:
        raise UnreadableAnswer("the answer names no 税款所属期 or no state of its statistics table")
    return TaxPeriod(period, state, _day(parts[1]) if len(parts) > 1 else None)


def statistics(data: Data) -> Statistics:
    """The answer of statisticQuery and of both results: state and tjInfoArr. Raises UnreadableAnswer."""
    known = tax_period(data)
    rows = [{name: str(value) for name, value in row.items()} for row in data.get("tjInfoArr") or []]
    return Statistics(known.period, known.statistics, rows)


def results(rows: Iterable[Data], codes: ResultCodes) -> list[DocumentResult]:
    """What became of each document, once each. Raises UnreadableAnswer where one has two answers."""
    return once_each(_result(row, codes) for row in rows)


def holdings(rows: Iterable[Data]) -> dict[str, Holding]:
    """Header items of 海关缴款书 (§6.3) by number."""
    named = ((spelled(str(row["customDeclarationNo"])), row) for row in rows if row.get("customDeclarationNo"))
    return {
        number: Holding(
            number,
            str(row.get("deductionPurpose") or ""),
            str(row.get("taxPeriod") or ""),
            str(row.get("notDeductibleType") or "") or None,
        )
        for number, row in named
    }


def _row(document: Document) -> dict[str, str]:
    return {
        "invoiceType": customs_number(),
        "invoiceCode": "",
        "invoiceNo": document.document_key,
        "etaxInvoiceNo": "",
        "invoiceDate": document.issue_date.isoformat(),
        "invoiceAmount": "",
        "effectiveTaxAmount": "" if document.effective_tax_amount is None else f"{document.effective_tax_amount:.2f}",
        "totalTaxAmount": "" if document.tax_amount is None else f"{document.tax_amount:.2f}",
        "notDeductibleType": document.reason or "",
        "salerName": "",
        "salerTaxNo": "",
    }


def _result(row: Data, codes: ResultCodes) -> DocumentResult:
    number, code = (str(row.get(one) or row.get(other) or "") for one, other in _NAMES)
    if not number:
        raise UnreadableAnswer("a result names no document")
    text = str(row.get("description") or row.get("message") or "")
    meaning = codes.document(CHANNEL, code, text)
    period = str(row.get("taxPeriod") or "") or None
    return DocumentResult(spelled(number), meaning.outcome, code, text or meaning.text, period, meaning.cause)


def _day(written: str) -> date | None:
    try:
        return datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007 a day has no zone
    except ValueError:
        return None
