"""海关缴款书 selection in the words of 乐企: bodies of L9 to L11, and the reading of their answers (protocols §5.4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fapiao.channels.leqi.questions import Body, compact
from fapiao.identity import spelled
from fapiao.selection.answers import (
    Action,
    Document,
    DocumentResult,
    Holding,
    StatisticsAction,
    TaxPeriod,
    UnreadableAnswer,
    once_each,
)
from fapiao.selection.result_codes import ResultCodes

Data = Mapping[str, Any]

CHANNEL = "leqi"
DOCUMENTS = "hgjksmx"
"""海关缴款书明细, of requests and answers (of answers: assumed)"""
_KIND: Mapping[Action, str] = {"select": "03", "withdraw": "04"}
"""gxlxDm 申请不抵扣, 撤销不抵扣"""
_MARK: Mapping[StatisticsAction, str] = {"make": "1", "withdraw": "2", "confirm": "1"}
"""sqbz 1 申请, 2 撤销"""
_STATE = {"0": "01", "1": "02", "2": "05"}
"""zt 未统计, 已统计, 已确认 as createTjbbStatus (protocols §10.7)"""
_PURPOSE = {"1": "1", "2": "3", "3": "4", "4": "2", "5": "4", "6": "2", "11": "3"}
"""hxyt as 抵扣用途 (protocols §7.3)"""
_TAKEN = "00"
REFUSED_ON_UPLOAD = "01"
"""sczt 失败"""


def owner(taxpayer_no: str, **more: str) -> Body:
    """A body that names the taxpayer: gfsbh 购买方统一社会信用代码."""
    return {"gfsbh": taxpayer_no, **more}


def upload(taxpayer_no: str, action: Action, documents: Sequence[Document]) -> Body:
    """PLHGJKSDKGX."""
    rows = [_row(action, document) for document in documents]
    return owner(taxpayer_no, gxlxDm=_KIND[action]) | {DOCUMENTS: rows}


def statistics(taxpayer_no: str, action: StatisticsAction) -> Body:
    """SQCXDKTJ of make and withdraw, SQQRDKTJ of confirm."""
    return owner(taxpayer_no, sqbz=_MARK[action])


def tax_period(data: Data) -> TaxPeriod:
    """The answer of HQDQSKSSQYDQSKSSQTJZT; 乐企 names no deadline. Raises UnreadableAnswer."""
    period, state = str(data.get("skssq") or ""), str(data.get("zt") or "")
    if not period or state not in _STATE:
        raise UnreadableAnswer(f"skssq {period!r} with zt {state!r} is no tax period")
    return TaxPeriod(period, _STATE[state])


def not_taken(data: Data) -> list[DocumentResult]:
    """The documents an upload refused on the spot (sczt 01), with the bureau's errormsg."""
    return [
        DocumentResult(spelled(str(row["jkshm"])), "refused", REFUSED_ON_UPLOAD, str(row.get("errormsg") or "上传失败"))
        for row in _rows(data)
        if str(row.get("sczt")) != _TAKEN
    ]


def results(data: Data, codes: ResultCodes) -> list[DocumentResult]:
    """What became of each document (cljg), once each. Raises UnreadableAnswer where one has two answers."""
    return once_each(_result(row, codes) for row in _rows(data))


def holdings(data: Data) -> Iterator[Holding]:
    """The documents on one page of HQDQSKSSQHGJKSDKGXCLJG; 乐企 does not say the 不抵扣原因."""
    for row in _rows(data):
        purpose = _PURPOSE.get(str(row.get("hxyt") or ""))
        if purpose is not None:
            yield Holding(spelled(str(row["jkshm"])), purpose, str(row.get("skssq") or ""))


def counted(data: Data) -> list[Mapping[str, str]]:
    """统计结果 of CXTJCLJG: tjjg[] of every gxtjjg, by fplx (protocols §6.5), all as text."""
    tables = [table for table in data.get("gxtjjg") or [] if isinstance(table, Mapping)]
    return [{name: str(value) for name, value in row.items()} for table in tables for row in table.get("tjjg") or []]


def _row(action: Action, document: Document) -> Body:
    row = {"jkshm": document.document_key, "tfrq": compact(document.issue_date)}
    if action == "select":
        row |= {"bdklx": document.reason or ""}
        row |= {"bdkyy": document.reason_text} if document.reason_text else {}
    return row


def _rows(data: Data) -> list[Data]:
    rows = data.get(DOCUMENTS) or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) and row.get("jkshm") for row in rows):
        raise UnreadableAnswer(f"{DOCUMENTS} is no list of documents")
    return rows


def _result(row: Data, codes: ResultCodes) -> DocumentResult:
    code = str(row.get("cljg") or "")
    meaning = codes.document(CHANNEL, code, current_use=str(row.get("hxyt") or ""))
    period = str(row.get("skssq") or "") or None
    return DocumentResult(spelled(str(row["jkshm"])), meaning.outcome, code, meaning.text, period, meaning.cause)
