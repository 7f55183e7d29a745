"""O16 and O17: select or withdraw for deduction, row by row (protocols 4.05, 4.06, 10.5 rule 6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from simulator.codes import CUSTOMS
from simulator.documents.document import Change, Document
from simulator.documents.facts import STAMP
from simulator.gateway import parameters
from simulator.gateway.answers import Denied
from simulator.gateway.codes import BY_GATEWAY, SELECTING, STATISTICS_MADE
from simulator.gateway.operations.finding import found_by
from simulator.gateway.operations.pairs import Pair
from simulator.gateway.periods import NOT_MADE, NOTHING, last_day
from simulator.gateway.tasks import Listing
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer
from simulator.wire import Json

SELECTION = Pair("invoiceSelectQuery", SELECTING, guarded=False)
LIMIT = 2000
SELECT, WITHDRAW = "1", "0"
USE_OF_PURPOSE = {"1": "1", "2": "6", "3": "2"}
"""deductionPurpose 抵扣, 不抵扣, 退税 to fpyt."""
REASONS = ("1", "2", "3", "4", "5")
NOT_DEDUCTED = "2"
FIRST_DAY = date(2017, 1, 1)
GOOD, UNKNOWN, ABNORMAL, VOID, REVERSED, OTHER = "1", "2", "3", "11", "12", "8-[001]"
TEXTS = {
    UNKNOWN: "查无此票",
    ABNORMAL: "发票异常，不允许勾选",
    VOID: "发票已作废",
    REVERSED: "发票已红冲",
    OTHER: "该发票不符合勾选条件",
}
BY_STATUS = {"2": VOID, "3": REVERSED, "8": REVERSED}
ROW_FIELDS = ("invoiceType", "invoiceCode", "invoiceNo", "etaxInvoiceNo", "invoiceDate")


@dataclass(frozen=True, slots=True)
class Intent:
    """What a request wants done to every row."""

    owner: str
    flag: str
    purpose: str
    billing_customs: bool


def apply(visit: Visit) -> Answer:
    """invoiceSelect; asyncFlag "1" answers a taskNo, anything else does it at once."""
    company, channel = visit.general_company_on(BY_GATEWAY)
    intent = Intent(
        owner=company.nsrsbh,
        flag=parameters.choice(visit.request, "authenticateFlag", (SELECT, WITHDRAW)),
        purpose=parameters.choice(visit.request, "deductionPurpose", USE_OF_PURPOSE),
        billing_customs=parameters.choice(visit.request, "billType", ("0", "1"), "0") == "1",
    )
    rows = parameters.objects(visit.request, "invoices", LIMIT)
    period = visit.gateway.periods.current(company.nsrsbh, visit.today)
    if visit.gateway.periods.state(company.nsrsbh, period) not in (NOT_MADE, NOTHING):
        raise Denied(STATISTICS_MADE)
    if parameters.choice(visit.request, "asyncFlag", ("0", "1"), "0") == "1":
        return SELECTION.apply(visit, company, channel, _job(visit, intent, rows))
    visit.logged_in(company, channel)
    good, bad = _done(visit, intent, rows, visit.now)
    return Answer({"asyncFlag": "0", "success": good, "fail": bad})


def _job(visit: Visit, intent: Intent, rows: list[Json]) -> Callable[[datetime], Listing]:
    def work(at: datetime) -> Listing:
        good, bad = _done(visit, intent, rows, at)
        return Listing("success", len(good), lambda start, stop: good[start:stop], {"fail": bad})

    return work


def _done(visit: Visit, intent: Intent, rows: list[Json], at: datetime) -> tuple[list[Json], list[Json]]:
    period = visit.gateway.periods.current(intent.owner, at.date())
    good: list[Json] = []
    bad: list[Json] = []
    for row in rows:
        document = _mine(visit, intent, row)
        result = _result(document, intent, period, at)
        if document and result == GOOD:
            _record(visit, document, intent, row, period, at)
        shown = {name: row.get(name, "") for name in ROW_FIELDS} | {
            "selectResult": result,
            "description": "成功" if result == GOOD else TEXTS[result],
            "taxPeriod": period if result == GOOD and intent.flag == SELECT else "",
            "selectTime": at.strftime(STAMP) if result == GOOD else "",
        }
        (good if result == GOOD else bad).append(shown)
    return good, bad


def _mine(visit: Visit, intent: Intent, row: Json) -> Document | None:
    """The purchase a row names; billType tells invoices from 缴款书."""
    for document in found_by(visit, row):
        facts = document.facts
        right = (facts.kind == CUSTOMS) is intent.billing_customs
        if right and facts.sjlx == "1" and facts.owner.number == intent.owner and document.visible(visit.today):
            return document
    return None


def _result(document: Document | None, intent: Intent, period: str, at: datetime) -> str:
    if document is None:
        return UNKNOWN
    if intent.flag == WITHDRAW:
        return GOOD
    status, customs = document.status_on(at.date()), document.facts.kind == CUSTOMS
    if not customs and status["fpzt"] in BY_STATUS:
        return BY_STATUS[status["fpzt"]]
    if status["ycpzzt"] == "02":
        return ABNORMAL
    in_time = FIRST_DAY <= document.issued_on <= last_day(period)
    positive = customs or Decimal(document.effective_tax()) >= 0
    used = status["fpyt"] != "0" and status["skssq"] not in ("", period)
    return GOOD if in_time and positive and document.deductible_kind and not used else OTHER


def _record(visit: Visit, document: Document, intent: Intent, row: Json, period: str, at: datetime) -> None:
    """Write the use down; a selection that already holds stays as it is."""
    use = USE_OF_PURPOSE[intent.purpose] if intent.flag == SELECT else "0"
    if document.status_on(at.date())["fpyt"] == use:
        return
    reason = str(row.get("notDeductibleType") or REASONS[-1]) if intent.purpose == NOT_DEDUCTED and use != "0" else ""
    values = {"fpyt": use, "skssq": period if use != "0" else "", "bdklx": reason}
    visit.bureau.store.change([document], Change(at, values))
