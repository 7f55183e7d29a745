"""What a task row asks of the gateway: the `data` of its applications (protocols §10.2 O4, O6, O8, O11)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fapiao.channels.gateway.types import asked_types, file_number
from fapiao.downloads.protocol import Argument, Request
from fapiao.errors import Refused
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI
from fapiao.texts.said import Said, said
from fapiao.windows import Window, month_of_yesterday

Data = dict[str, Any]

SELECTED = "1,2"
"""authenticateFlags of 已勾选 and 已认证 (protocols §7.2, O8')."""
FILE_TYPES = ("pdf", "ofd", "xml")
_INOUT = {"input": "1", "output": "2"}
_SEARCH = (
    "taxPeriod", "invoiceCode", "invoiceNo", "salerTaxNo", "authenticateFlags",
    "invoiceStatus", "invoiceType", "startTime", "endTime",
)  # fmt: skip


def numbers(request: Request) -> str:
    """The type numbers of a row. Raises Refused for a type that the gateway has no number for."""
    found = asked_types(request.document, request.invoice_type)
    if found is None:
        raise not_obtainable(rulebook().type_name(request.invoice_type))
    return found


def not_obtainable(what: str | Said) -> Refused:
    """What a channel does not offer is refused before any call, and never read as 没有数据 (A-50)."""
    text = said("errors.not_on_channel", what=what)
    return Refused("NOT_OBTAINABLE", text, said("advice.NOT_OBTAINABLE_channel"))


def months(request: Request) -> Sequence[Argument]:
    """One question a calendar month: an application may not cross one (O6)."""
    return [span(month.start, month.end) for month in Window(*request.days(), "issue_date").by_month()]


def changes(request: Request) -> Argument:
    """The days of recorded changes (O8): the row's own, else the month of yesterday up to yesterday (R117, assumed)."""
    if request.window_start is not None and request.window_end is not None:
        return span(request.window_start, request.window_end)
    return span(*month_of_yesterday(request.observed_at.astimezone(SHANGHAI).date()))


def span(first: date, last: date) -> Data:
    """A window as the gateway spells it, both ends included."""
    return {"startTime": first.isoformat(), "endTime": last.isoformat()}


def full(request: Request, window: Argument) -> Data:
    """O6: the full invoices of one type and month."""
    return _asked(request) | {
        "inout": _INOUT[request.direction],
        "invoiceTypes": numbers(request),
        "startTime": window["startTime"],
        "endTime": window["endTime"],
    }


def headers(request: Request, search: Argument) -> Data:
    """O4: headers by searchOpt; what is not asked for is sent empty, as the page prints it."""
    search_opt = {name: str(search.get(name, "")) for name in _SEARCH}
    return _asked(request) | {"searchOpt": search_opt}


def chosen(request: Request) -> Argument:
    """searchOpt of a key-element sync: what a person chose, else the row's own type and days."""
    days: Data = {}
    if request.window_start is not None and request.window_end is not None:
        days = span(request.window_start, request.window_end)
    return {"invoiceType": numbers(request), **days} | dict(request.argument)


def selected(request: Request, tax_period: str) -> Argument:
    """searchOpt of a status update: 当前属期已勾选已抵扣发票 (S1 §3.3 电子税局②)."""
    return {"taxPeriod": tax_period, "authenticateFlags": SELECTED, "invoiceType": numbers(request)}


def recorded_changes(request: Request, window: Argument) -> Data:
    """O8: headers whose status, selection or receipt changed on these days; it knows no types."""
    return _asked(request) | {"startTime": window["startTime"], "endTime": window["endTime"]}


def layout_files(taxpayer_no: str, invoices: Sequence[Mapping[str, Any]], types: Sequence[str] = FILE_TYPES) -> Data:
    """O11: files of up to 5000 invoices, each `{invoiceType, invoiceNo, invoiceDate}`; the type our code or theirs."""
    asked = [{**invoice, "invoiceType": file_number(str(invoice.get("invoiceType", "")))} for invoice in invoices]
    return {"taxNo": taxpayer_no, "asyncFlag": "1", "fileTypes": ",".join(types), "invoices": asked}


def _asked(request: Request) -> Data:
    return {"taxNo": request.taxpayer_no, "asyncFlag": "1"}
