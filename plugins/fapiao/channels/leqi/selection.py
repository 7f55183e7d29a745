"""海关缴款书 selection in the words of 乐企: bodies of L9 to L11, and the reading of their answers (protocols §5.4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fapiao.bounds import bound
from fapiao.channels.leqi.questions import Body, compact
from fapiao.selection.answers import (
    Action,
    Document,
    DocumentResult,
    Holding,
    Results,
    StatisticsAction,
    TaxPeriod,
    UnreadableAnswer,
    UnusableAnswer,
)
from fapiao.selection.each import once_each, read_each
from fapiao.selection.result_codes import ResultCodes
from fapiao.selection.said import code_of, hold_against, period_if_said, period_of, told, whole_of, words_of

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
_NUMBER = "jkshm"
"""海关缴款书号码, which names a document"""
_CODE_DIGITS = 2
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


def tax_period(data: Data, taxpayer_no: str) -> TaxPeriod:
    """The answer of HQDQSKSSQYDQSKSSQTJZT; 乐企 names no deadline. Raises UnreadableAnswer."""
    hold_against(data, owner(taxpayer_no))
    state = code_of(data.get("zt"), "zt")
    if state not in _STATE:
        raise UnreadableAnswer(f"zt {told(state)} is no state of a statistics table")
    return TaxPeriod(period_of(data.get("skssq")), _STATE[state])


def not_taken(data: Data) -> list[DocumentResult]:
    """The documents an upload refused on the spot (sczt 01), with its errormsg; the others have a result later."""
    rows = data.get(DOCUMENTS)
    said, _ = once_each(read_each(rows if isinstance(rows, list) else [], _NUMBER, _on_the_spot))
    return [one for one in said if one.outcome == "refused"]


def results(data: Data, taxpayer_no: str, codes: ResultCodes) -> Results:
    """What became of each document (cljg), once each. Raises UnreadableAnswer for another company's, or no list."""
    hold_against(data, owner(taxpayer_no))
    return Results(*once_each(read_each(_rows(data), _NUMBER, lambda number, row: _result(number, row, codes))))


def held_on_page(data: Data, taxpayer_no: str, period: str) -> list[Holding | UnusableAnswer]:
    """A page of HQDQSKSSQHGJKSDKGXCLJG, document by document; without 不抵扣原因. Raises UnreadableAnswer."""
    hold_against(data, owner(taxpayer_no) | {"skssq": period})
    rows = _rows(data)
    if not rows:
        return [UnusableAnswer(None, "a page of what is held names no document")]
    return [*read_each(rows, _NUMBER, lambda number, row: _holding(number, row, period))]


def pages(data: Data, asked: int) -> int:
    """How many pages there are (zys), of page `asked` (dqym). Raises UnreadableAnswer, also for too many."""
    hold_against(data, {"dqym": str(asked)})
    found, most = whole_of(data.get("zys"), "zys"), bound("holdings_pages")
    if found > most.value:
        raise UnreadableAnswer(most.said(found))
    return found


def code_named(data: Data, taxpayer_no: str, answer: str) -> str:
    """处理结果 of CXTJCLJG, jgzt of CXQRTJCLJG, sfbgcg of SQSKSSQBG, as `answer` names it. Raises UnreadableAnswer."""
    hold_against(data, owner(taxpayer_no))
    return code_of(data.get(answer), answer, _CODE_DIGITS)


def counted(data: Data) -> list[Mapping[str, str]]:
    """统计结果 of CXTJCLJG: tjjg[] of every gxtjjg, by fplx (protocols §6.5), all as text; what is none is left out."""
    tables = (rows for table in _objects(data.get("gxtjjg")) for rows in _objects(table.get("tjjg")))
    return [{name: words_of(value) for name, value in row.items()} for row in tables]


def _row(action: Action, document: Document) -> Body:
    row = {"jkshm": document.document_key, "tfrq": compact(document.issue_date)}
    if action == "select":
        row |= {"bdklx": document.reason or ""}
        row |= {"bdkyy": document.reason_text} if document.reason_text else {}
    return row


def _rows(data: Data) -> list[object]:
    rows = data.get(DOCUMENTS)
    if rows is not None and not isinstance(rows, list):
        raise UnreadableAnswer(f"{DOCUMENTS} {told(rows)} is no list of documents")
    return rows or []


def _objects(rows: object) -> Iterator[Data]:
    return (row for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else iter(())


def _on_the_spot(number: str, row: Data) -> DocumentResult:
    code = code_of(row.get("sczt"), "sczt", _CODE_DIGITS)
    text = words_of(row.get("errormsg")) or "上传失败"
    return DocumentResult(number, "refused" if code == REFUSED_ON_UPLOAD else "done", code, text)


def _result(number: str, row: Data, codes: ResultCodes) -> DocumentResult:
    code = code_of(row.get("cljg"), "cljg", _CODE_DIGITS)
    meaning = codes.document(CHANNEL, code, current_use=_use(row))
    return DocumentResult(number, meaning.outcome, code, meaning.text, period_if_said(row.get("skssq")), meaning.cause)


def _holding(number: str, row: Data, period: str) -> Holding:
    """A use that nobody knows is none of 不抵扣."""
    hold_against(row, {"skssq": period})
    return Holding(number, _PURPOSE.get(_use(row), ""), period)


def _use(row: Data) -> str:
    """hxyt 后续用途, "" where none is said."""
    return "" if row.get("hxyt") in (None, "") else code_of(row["hxyt"], "hxyt")
