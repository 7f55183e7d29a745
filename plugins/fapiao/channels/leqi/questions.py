"""What a row asks of 乐企: the application, the questions it splits into, and the body of each (protocols §10.3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fapiao.channels.leqi import services as s
from fapiao.channels.leqi.services import Service
from fapiao.downloads.protocol import USAGE_JOBS, Argument, PartCursor, Request
from fapiao.windows import Window

RISK_PAGE = 2000
"""每页不超过2000 (leqi-fields B.4)"""
CUSTOMS_KIND = "1"
"""海关缴款书类型: 增值税海关缴款书, fixed (R054)"""
PAPER_CODED = frozenset({"01", "02", "03", "04", "08", "10", "11", "14", "15"})
"""Types that are asked for by 发票代码 and 发票号码; all others by the 20-digit number (leqi-fields B.5)."""

Body = dict[str, Any]
Asked = tuple[Service, Body]

_DIRECTION = {"input": "1", "output": "2"}
_VOUCHER_KIND = {"invoice": "01", "customs": "03", "withholding": "05"}
_APPLY = {
    "invoice": s.INVOICE_APPLY,
    "customs": s.CUSTOMS_APPLY,
    "withholding": s.WITHHOLDING_APPLY,
}
_FEEDBACK = {
    "invoice": s.INVOICE_FEEDBACK,
    "customs": s.CUSTOMS_FEEDBACK,
    "withholding": s.WITHHOLDING_FEEDBACK,
}
_INCREMENT = {
    "invoice": s.INVOICE_INCREMENT,
    "customs": s.CUSTOMS_INCREMENT,
    "withholding": s.WITHHOLDING_INCREMENT,
}


def compact(day: date) -> str:
    """YYYYMMDD, the date form of 乐企 requests."""
    return day.strftime("%Y%m%d")


def application(request: Request) -> Asked | None:
    """The application of a full download or an unselected list; None for what 乐企 answers at once (L4, L5, L7)."""
    if request.download_type == "unselected_init":
        first, last = request.days()
        return s.UNSELECTED_APPLY, {
            "gfsbh": request.taxpayer_no,
            "ywlx": "01",
            "pzzl": _VOUCHER_KIND[request.document],
            "kpyf": first.strftime("%Y%m"),
            "jskpyf": last.strftime("%Y%m"),
        }
    if request.download_type in ("input_full", "output_full"):
        return _APPLY[request.document], _application_body(request)
    return None


def _application_body(request: Request) -> Body:
    first, last = map(compact, request.days())
    if request.document == "customs":
        return {"nsrsbh": request.taxpayer_no, "hgjkslx": CUSTOMS_KIND, "tfrqq": first, "tfrqz": last}
    if request.document == "withholding":
        return {"kjywrsbh": request.taxpayer_no, "tfrqq": first, "tfrqz": last}
    return {
        "nsrsbh": request.taxpayer_no,
        "kprqq": first,
        "kprqz": last,
        "fplx": request.invoice_type,
        "sjlx": _DIRECTION[request.direction],
    }


def questions(request: Request) -> Sequence[Argument]:
    """The questions of a row: a ticket, a collection day (L4), a month of recognition (L5), some invoices (L7)."""
    if request.job in USAGE_JOBS:
        return request.questions
    if request.download_type == "input_incremental":
        return [{"gjrq": compact(day)} for day in Window(*request.days(), "collection_date").days()]
    if request.download_type == "input_status":
        window = Window(*request.days(), "recognition_date")
        return [{"qsrq": compact(month.start), "zzrq": compact(month.end)} for month in window.by_month()]
    return [{}]


def question(request: Request, request_no: str, place: PartCursor) -> Asked:
    """Service and body of the next package of a question."""
    package = str(place.stored + 1)
    if request.download_type == "input_incremental":
        return _INCREMENT[request.document], _increment_body(request, place, package)
    if request.download_type == "input_status":
        return s.RISK, _risk_body(request, place)
    if request.download_type == "unselected_init":
        return s.UNSELECTED_FEEDBACK, {"pclsh": request_no, "packageno": package}
    ticket = "lsh" if request.document == "invoice" else "pclsh"
    return _FEEDBACK[request.document], {ticket: request_no, "packageno": package}


def _increment_body(request: Request, place: PartCursor, package: str) -> Body:
    body: Body = {"gjrq": place.argument["gjrq"], "packageno": package}
    if request.document == "customs":
        return body | {"nsrsbh": request.taxpayer_no, "hgjkslx": CUSTOMS_KIND}
    if request.document == "withholding":
        return body | {"kjywrsbh": request.taxpayer_no}
    return body | {
        "nsrsbh": request.taxpayer_no,
        "sjlx": _DIRECTION[request.direction],
        "fplx": request.invoice_type,
    }


def _risk_body(request: Request, place: PartCursor) -> Body:
    return {
        "nsrsbh": request.taxpayer_no,
        "fplx": request.invoice_type,
        "qsrq": place.argument["qsrq"],
        "zzrq": place.argument["zzrq"],
        "pagesize": str(RISK_PAGE),
        "scrollId": (place.cursor or ":").partition(":")[2],
    }


def usage_body(invoice: Mapping[str, Any]) -> Body:
    """The question about one invoice's usage: paper ones by code and number, the others by the 20 digits (L7)."""
    asked = {"8208": "82"}.get(invoice["invoice_type"], invoice["invoice_type"])
    day = str(invoice["issue_date"])[:10].replace("-", "")
    if asked in PAPER_CODED:
        return {"fplx": asked, "fpdm": invoice["invoice_code"], "fphm": invoice["invoice_no"], "kprq": day}
    return {"fplx": asked, "fphm": invoice["etax_invoice_no"] or invoice["invoice_no"], "kprq": day}
