"""L6 未勾选数据初始化: what may still be deducted, by issue month, as short rows in packages of 5,000."""

from datetime import date, timedelta

from simulator.codes import (
    CUSTOMS,
    FPLX,
    PAPER_NUMBERED,
    REFUSED,
    UNSELECTED_PACKAGE_ROWS,
    WITHHOLDING,
)
from simulator.documents.document import Document
from simulator.quotas import Key
from simulator.services import feedback, parameters
from simulator.services.answers import Answer, Refused
from simulator.services.visit import Visit
from simulator.tasks import Task
from simulator.wire import Json

FAMILY = "WGXSJCSHQDXZSQDKGX"
DEDUCTION_BUSINESS = "01"
KINDS = {"01": tuple(FPLX), "03": (CUSTOMS,), "05": (WITHHOLDING,)}
DEFAULT_MONTHS = 3
DAY = "%Y%m%d"


def apply(visit: Visit) -> Answer:
    """Accept a list over some months; 03 past three for a month or, after the first, wider than three months."""
    company = visit.general_company("gfsbh")
    parameters.choice(visit.request, "ywlx", (DEDUCTION_BUSINESS,))
    pzzl = parameters.choice(visit.request, "pzzl", KINDS)
    first, last = _months(visit)
    keys = [Key(company.nsrsbh, "unselected", "1", pzzl, f"{month:%Y%m}") for month in _each(first, last)]
    objection = visit.bureau.ledger.list_objection(keys, visit.today)
    if objection:
        raise Refused(REFUSED, objection)
    end = _shift(last, 1) - timedelta(days=1)
    found = visit.bureau.store.unselected(company.nsrsbh, KINDS[pzzl], first, end, visit.today)
    number = visit.bureau.desk.new_number()
    echo = {"gfsbh": company.nsrsbh}
    visit.bureau.ledger.accept(keys, visit.today)
    visit.bureau.desk.open(Task(number, FAMILY, visit.unit, echo, found, visit.now, UNSELECTED_PACKAGE_ROWS))
    return Answer({"pclsh": number})


def result(visit: Visit) -> Answer:
    """One package of a list."""
    return feedback.package(visit, visit.task("pclsh", FAMILY), _row)


def _months(visit: Visit) -> tuple[date, date]:
    current = visit.today.replace(day=1)
    first, last = parameters.month(visit.request, "kpyf"), parameters.month(visit.request, "jskpyf")
    if first is None and last is None:
        return _shift(current, -DEFAULT_MONTHS), _shift(current, -1)
    last = last or current
    first = first or _shift(last, 1 - DEFAULT_MONTHS)
    if first > last or last > current:
        raise parameters.wrong("kpyf不能晚于jskpyf，jskpyf不能晚于当前月份")
    return first, last


def _each(first: date, last: date) -> list[date]:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return [_shift(first, offset) for offset in range(months)]


def _shift(month: date, months: int) -> date:
    place = month.year * 12 + month.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _row(document: Document, day: date) -> Json:
    if document.facts.kind == CUSTOMS:
        return _customs(document)
    if document.facts.kind == WITHHOLDING:
        return _withholding(document)
    return _invoice(document, day)


def _invoice(document: Document, day: date) -> Json:
    facts, status = document.facts, document.status_on(day)
    legacy = facts.kind in PAPER_NUMBERED
    return {
        "fphm": facts.number.code + facts.number.no if legacy else facts.number.no,
        "zzfpDm": facts.number.code,
        "zzfphm": facts.number.no if legacy else facts.number.paper_no,
        "kprq": facts.issued.strftime(DAY),
        "gfsbh": facts.owner.number,
        "fplx": facts.kind,
        **{name: status[name] for name in ("fpzt", "ycpzzt", "hzsdbs", "cpyycbs", "jdcycbs")},
        **_amounts(document),
    }


def _customs(document: Document) -> Json:
    return {
        "hgjkshm": document.key,
        "tfrq": document.facts.issued.strftime(DAY),
        "jkdwrnsrsbh": document.facts.owner.number,
        "sfchsd": document.payload_on(document.issued_on)["sfchsd"],
        **_amounts(document),
    }


def _withholding(document: Document) -> Json:
    return {
        "dkdjwspzh": document.key,
        "tfrq": document.facts.issued.strftime(DAY),
        "kjywrsbh": document.facts.owner.number,
        "bkjnsrsbh": document.facts.other.number,
        "yxdkse": document.effective_tax(),
    }


def _amounts(document: Document) -> Json:
    return {"yxdkse": document.effective_tax(), "jjkcehj": "0.00", "jjkcsye": "0.00"}
