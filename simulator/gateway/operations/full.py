"""O6 and O7: full download of invoices with lines, purchases or sales, one calendar month at a time."""

from datetime import date, datetime

from simulator.codes import INPUT, OUTPUT
from simulator.documents.selection import Selection
from simulator.gateway import parameters
from simulator.gateway.answers import wrong
from simulator.gateway.codes import BY_GATEWAY, DATA, KINDS_OF_TYPE
from simulator.gateway.operations.pairs import AsyncOperation
from simulator.gateway.rows.choosing import listing
from simulator.gateway.rows.full import full_item
from simulator.gateway.rows.states import Seen
from simulator.gateway.tasks import Listing
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer

FULL = AsyncOperation("ext.fullInvoiceDownQuery", DATA)
REACH_YEARS = 5


def apply(visit: Visit) -> Answer:
    """ext.fullInvoiceDown; days of one month, not before five years ago and not after today."""
    company, channel = visit.company_on(BY_GATEWAY)
    direction = parameters.choice(visit.request, "inout", (INPUT, OUTPUT))
    types = parameters.choices(visit.request, "invoiceTypes", KINDS_OF_TYPE)
    kinds = [kind for number in types for kind in KINDS_OF_TYPE[number]]
    start, end = parameters.days_of_one_month(visit.request)
    _within_reach(start, visit.today)
    store, periods, owner = visit.bureau.store, visit.bureau.periods, company.nsrsbh

    def work(at: datetime) -> Listing:
        day = at.date()
        parts = [part for kind in kinds for part in store.issued((owner, direction, kind), start, end, day).parts]
        seen = Seen.by(periods, owner, day)
        return listing(Selection(day, parts), seen, lambda document, known: full_item(document, known, channel))

    return FULL.apply(visit, company, channel, work)


def _within_reach(start: date, today: date) -> None:
    if start > today:
        raise wrong("startTime不能晚于当前日期")
    if (start.year + REACH_YEARS, start.month) < (today.year, today.month):
        raise wrong(f"startTime不能早于{REACH_YEARS}年前")
