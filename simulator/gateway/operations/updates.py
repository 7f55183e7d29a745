"""O8: what the bureau recorded on some days, for 软证书 and 税盘: receipts, and changes of status or selection."""

from collections.abc import Iterator
from datetime import date, datetime

from simulator.codes import CUSTOMS, INPUT
from simulator.documents.document import Document
from simulator.documents.selection import Part, Selection
from simulator.gateway import parameters
from simulator.gateway.codes import CERTIFIED, DATA, ELSEWHERE, NO_SOFT_CERTIFICATE, TYPE_OF_KIND
from simulator.gateway.operations.pairs import AsyncOperation
from simulator.gateway.rows.choosing import listing
from simulator.gateway.rows.header import header_item
from simulator.gateway.rows.states import Seen
from simulator.gateway.tasks import Listing
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer

UPDATES = AsyncOperation("ext.statusUpdateDownQuery", DATA)


def apply(visit: Visit) -> Answer:
    """ext.statusUpdateDown; 1130 没有开启软证书模式 on any other channel."""
    company, channel = visit.company_on(CERTIFIED, ELSEWHERE, NO_SOFT_CERTIFICATE)
    start, end = parameters.days(visit.request)
    owner, periods = company.nsrsbh, visit.bureau.periods

    def work(at: datetime) -> Listing:
        parts = list(_parts(visit, owner, start, end, at.date()))
        return listing(Selection(at.date(), parts), Seen.by(periods, owner, at.date()), header_item)

    return UPDATES.apply(visit, company, channel, work)


def _parts(visit: Visit, owner: str, start: date, end: date, today: date) -> Iterator[Part]:
    for kind in TYPE_OF_KIND:
        yield from visit.bureau.store.recorded((owner, INPUT, kind), start, end, today, _recorded).parts


def _recorded(document: Document, start: date, end: date) -> bool:
    """Whether the bureau received it or changed what a header shows of it on these days; 缴款书 have no status."""
    shown = {"fpyt", "skssq", "bdklx", "ycpzzt"} | (set() if document.facts.kind == CUSTOMS else {"fpzt"})
    received = start <= document.collected_on <= end
    return received or any(start <= c.at.date() <= end and shown & c.values.keys() for c in document.changes)
