"""L5 发票风险信息查询: deductible purchases whose status changed, by the day that was established."""

from hashlib import sha256

from simulator.codes import FPLX, PAPER_NUMBERED, RISK_FIELDS
from simulator.documents.document import Change, Document
from simulator.documents.facts import STAMP
from simulator.services import parameters
from simulator.services.answers import Answer
from simulator.services.visit import Visit
from simulator.wire import Json

PAGE_LIMIT = 2000
LIST = "fptxxxmx"


def query(visit: Visit) -> Answer:
    """One page; count is the whole, and the page after the last is empty."""
    company = visit.general_company("nsrsbh")
    fplx = parameters.choice(visit.request, "fplx", FPLX)
    start, end = parameters.days_of_one_month(visit.request, "qsrq", "zzrq")
    size = parameters.whole(visit.request, "pagesize")
    if size > PAGE_LIMIT:
        raise parameters.wrong(f"pagesize不能超过{PAGE_LIMIT}")
    mark = sha256(f"{company.nsrsbh}|{fplx}|{start}|{end}|{size}".encode()).hexdigest()[:16]
    offset = _offset(visit, mark)
    found = visit.bureau.store.at_risk(company.nsrsbh, fplx, start, min(end, visit.today))
    page = found[offset : offset + size]
    head = {"count": str(len(found)), "scrollId": f"{mark}{offset + len(page)}"}
    return Answer(head, rows=[_row(document, change) for document, change in page], rows_name=LIST)


def _offset(visit: Visit, mark: str) -> int:
    cursor = visit.request.get("scrollId")
    if cursor in (None, ""):
        return 0
    place = str(cursor).removeprefix(mark)
    if not str(cursor).startswith(mark) or not place.isdecimal():
        raise parameters.wrong("scrollId不是本次查询返回的游标")
    return int(place)


def _row(document: Document, change: Change) -> Json:
    status = document.status_on(change.at.date())
    facts = document.facts
    return {
        "fpdm": facts.number.code if facts.kind in PAPER_NUMBERED else "",
        "fphm": facts.number.no,
        "kprq": facts.stamp,
        **{name: status[name] for name in RISK_FIELDS},
        "bgrq": change.at.strftime(STAMP),
    }
