"""O4 and O5: header collection (进项发票表头归集) of what may be deducted, by issue day, period and state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from simulator.codes import CUSTOMS, INPUT, STATUS_CODES
from simulator.documents.document import Document
from simulator.documents.selection import Selection
from simulator.gateway import parameters
from simulator.gateway.answers import wrong
from simulator.gateway.codes import ASK_FOR_LOGIN, BY_GATEWAY, DATA, KINDS_OF_TYPE, SMALL_SCALE_DATA
from simulator.gateway.operations.pairs import AsyncOperation
from simulator.gateway.rows.choosing import listing, narrowed
from simulator.gateway.rows.face import Face, naming
from simulator.gateway.rows.header import header_item
from simulator.gateway.rows.states import Seen, authenticate_flag
from simulator.gateway.tasks import Job, Listing
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer
from simulator.wire import Json

HEADERS = AsyncOperation("invoiceDownQuery", DATA)
FLAGS = ("0", "1", "2", "3")
FIRST_DAY = date(2017, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """What searchOpt asks for; empty texts ask for everything."""

    start: date
    end: date
    kinds: tuple[str, ...]
    flags: frozenset[str]
    statuses: frozenset[str]
    period: str
    code: str
    number: str
    seller: str

    def wants(self, document: Document, seen: Seen) -> bool:
        """Whether a document belongs into the answer; the period narrows what is selected."""
        if not may_be_listed(document):
            return False
        status = document.status_on(seen.as_of)
        flag = authenticate_flag(status, seen)
        in_period = flag == "0" or self.period in ("", status["skssq"])
        alive = document.facts.kind == CUSTOMS or status["fpzt"] in self.statuses
        return flag in self.flags and in_period and alive and self._named(document, seen.as_of)

    @property
    def by_name(self) -> bool:
        """Whether single documents are asked for."""
        return any((self.code, self.number, self.seller))

    def _named(self, document: Document, day: date) -> bool:
        if not self.by_name:
            return True
        names = naming(document)
        numbers = (names["invoiceNo"], names["etaxInvoiceNo"], document.key)
        seller = self.seller in ("", Face.of(document, day).role("salerTaxNo"))
        return self.code in ("", names["invoiceCode"]) and (not self.number or self.number in numbers) and seller


def apply(visit: Visit) -> Answer:
    """invoiceDown; small-scale companies get no task, and neither does anybody whose login is lost."""
    company, channel = visit.general_company_on(BY_GATEWAY, SMALL_SCALE_DATA)
    question = _question(parameters.inner(visit.request, "searchOpt"), visit.today)
    visit.logged_in(company, channel, ASK_FOR_LOGIN)
    return HEADERS.apply(visit, company, channel, _job(visit, company.nsrsbh, question))


def may_be_listed(document: Document) -> bool:
    """The bureau lists what may be deducted and has tax."""
    return document.deductible_kind and Decimal(document.effective_tax()) > 0


def _job(visit: Visit, owner: str, question: Question) -> Job:
    store, periods = visit.bureau.store, visit.bureau.periods

    def work(at: datetime) -> Listing:
        seen = Seen.by(periods, owner, at.date())
        keep: Callable[[Document], bool] = lambda document: question.wants(document, seen)  # noqa: E731
        found = [
            part
            for kind in question.kinds
            for part in store.issued((owner, INPUT, kind), question.start, question.end, at.date()).parts
        ]
        return listing(Selection(at.date(), narrowed(found, keep, question.by_name)), seen, header_item)

    return work


def _question(options: Json, today: date) -> Question:
    start, end = _days(options, today)
    types = parameters.choices(options, "invoiceType", KINDS_OF_TYPE)
    return Question(
        start=start,
        end=end,
        kinds=tuple(kind for number in types for kind in KINDS_OF_TYPE[number]),
        flags=frozenset(parameters.choices(options, "authenticateFlags", FLAGS)),
        statuses=frozenset(parameters.choices(options, "invoiceStatus", STATUS_CODES["fpzt"])),
        period=parameters.period(options, "taxPeriod") if options.get("taxPeriod") else "",
        code=parameters.text(options, "invoiceCode", ""),
        number=parameters.text(options, "invoiceNo", ""),
        seller=parameters.text(options, "salerTaxNo", ""),
    )


def _days(options: Json, today: date) -> tuple[date, date]:
    given = [bool(options.get(name)) for name in ("startTime", "endTime")]
    if all(given):
        return parameters.days(options)
    if any(given):
        raise wrong("startTime与endTime应同时填写")
    return FIRST_DAY, today
