"""海关缴款书 selection in the words of the gateway: data of O14 to O20, and the reading of their answers (§10.2)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fapiao.channels.gateway.interfaces import DEDUCTION, AsyncInterface, Interface
from fapiao.channels.gateway.questions import SELECTED
from fapiao.channels.gateway.types import asked_types
from fapiao.selection.answers import (
    Action,
    Document,
    DocumentResult,
    Holding,
    Holdings,
    Results,
    Statistics,
    StatisticsAction,
    TaxPeriod,
    UnreadableAnswer,
)
from fapiao.selection.each import once_each, read_each
from fapiao.selection.result_codes import ResultCodes
from fapiao.selection.rules import selection_rules
from fapiao.selection.said import code_of, day_if_said, hold_against, period_if_said, period_of, told, words_of

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
_NUMBER, _CUSTOMS_NUMBER = "invoiceNo", "customDeclarationNo"
"""What names a document in a result, and in what is held."""
_RESULT, _NOT_DONE = "selectResult", "errorCode"
"""The result of a document; the second where a task could not do a row at all."""
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


def tax_period(data: Data, taxpayer_no: str) -> TaxPeriod:
    """The answer of taxperiodQuery; skssq is period;deadline;next month. Raises UnreadableAnswer."""
    hold_against(data, {"taxNo": taxpayer_no})
    parts, state = words_of(data.get("skssq")).split(";"), code_of(data.get("createTjbbStatus"), "createTjbbStatus", 2)
    if state not in selection_rules().states:
        raise UnreadableAnswer(f"createTjbbStatus {told(state)} is no state of a statistics table")
    return TaxPeriod(period_of(data.get("taxPeriod") or parts[0]), state, day_if_said("".join(parts[1:2])))


def statistics(data: Data, taxpayer_no: str) -> Statistics:
    """The answer of statisticQuery and of both results: state and tjInfoArr. Raises UnreadableAnswer."""
    known, rows = tax_period(data, taxpayer_no), data.get("tjInfoArr")
    objects = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    told_rows = [{name: words_of(value) for name, value in row.items()} for row in objects]
    return Statistics(known.period, known.statistics, told_rows)


def hold_page(page: Data, taxpayer_no: str, task_no: str) -> None:
    """Raises UnreadableAnswer for a page of another company or of another task."""
    hold_against(page, {"taxNo": taxpayer_no, "taskNo": task_no})


def results(rows: Iterable[object], codes: ResultCodes) -> Results:
    """What became of each document, once each."""
    named = map(_under_one_name, rows)
    return Results(*once_each(read_each(named, _NUMBER, lambda number, row: _result(number, row, codes))))


def holdings(rows: Iterable[object], period: str) -> Holdings:
    """Header items of 海关缴款书 (§6.3) by number; what the task failed to deliver is not known."""
    named = (row for row in rows if not _is_of_another_kind(row))
    return Holdings(*once_each(read_each(named, _CUSTOMS_NUMBER, lambda number, row: _holding(number, row, period))))


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


def _under_one_name(row: object) -> object:
    """A result may call the number as the list does."""
    if isinstance(row, Mapping) and row.get(_NUMBER) in (None, "") and type(row) is dict and _CUSTOMS_NUMBER in row:
        return row | {_NUMBER: row[_CUSTOMS_NUMBER]}
    return row


def _is_of_another_kind(row: object) -> bool:
    """A header that names an invoice and no 海关缴款书; one that could not be delivered names what it likes."""
    return type(row) is dict and _CUSTOMS_NUMBER not in row and bool(row.get(_NUMBER)) and _NOT_DONE not in row


def _result(number: str, row: Data, codes: ResultCodes) -> DocumentResult:
    named = _NOT_DONE if row.get(_RESULT) in (None, "") else _RESULT
    code, text = code_of(row.get(named), named), words_of(row.get("description") or row.get("message"))
    meaning = codes.document(CHANNEL, code, text)
    period = period_if_said(row.get("taxPeriod"))
    return DocumentResult(number, meaning.outcome, code, text or meaning.text, period, meaning.cause)


def _holding(number: str, row: Data, period: str) -> Holding:
    if row.get(_NOT_DONE) not in (None, ""):
        raise UnreadableAnswer(f"the task did not deliver {number}: {told(row.get('message'))}")
    hold_against(row, {"taxPeriod": period})
    purpose, reason = (_code_if_said(row, name) for name in ("deductionPurpose", "notDeductibleType"))
    return Holding(number, purpose, period, reason or None)


def _code_if_said(row: Data, name: str) -> str:
    return "" if row.get(name) in (None, "") else code_of(row[name], name)
