"""O16 and O17: select or withdraw for deduction, row by row (protocols 4.05, 4.06, 10.5 rule 6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulator import sample_selections as selecting
from simulator.codes import CUSTOMS
from simulator.documents.document import Document
from simulator.documents.facts import STAMP
from simulator.gateway import parameters
from simulator.gateway.answers import Denied
from simulator.gateway.codes import BY_GATEWAY, SELECTING, STATISTICS_MADE
from simulator.gateway.operations.finding import found_by
from simulator.gateway.operations.pairs import AsyncOperation
from simulator.gateway.tasks import Listing
from simulator.gateway.visit import Visit
from simulator.sample_selections import OTHER_REASON, REASONS, Verdict, Wanted
from simulator.services.answers import Answer
from simulator.wire import Json

SELECTION = AsyncOperation("invoiceSelectQuery", SELECTING, guarded=False, divisible=False)
SELECT, WITHDRAW = "1", "0"
USE_OF_PURPOSE = {"1": selecting.DEDUCTED, "2": selecting.NOT_DEDUCTED, "3": selecting.REFUNDED}
"""deductionPurpose 抵扣, 不抵扣, 退税 to fpyt."""
GOOD, OTHER = "1", "8-[001]"
RESULTS = {
    Verdict.DONE: (GOOD, "成功"),
    Verdict.HOLDS: (GOOD, "该发票已勾选，无需重复勾选"),
    Verdict.RELEASED: (GOOD, "该发票未勾选，无需撤销"),
    Verdict.UNKNOWN: ("2", "查无此票"),
    Verdict.ABNORMAL: ("3", "发票异常，不允许勾选"),
    Verdict.VOID: ("11", "发票已作废"),
    Verdict.REVERSED: ("12", "发票已红冲"),
    Verdict.LOCKED: ("20", "请撤销统计表"),
    Verdict.OTHER_USE: (OTHER, "该发票已用于其他用途，请先撤销勾选"),
    Verdict.OTHER_PERIOD: (OTHER, "该发票已在其他税款所属期使用"),
    Verdict.DUPLICATE: (OTHER, "缴款书重号，已锁定"),
    Verdict.OVERDUE: (OTHER, "发票已逾期，不允许勾选"),
    Verdict.NOT_DUE: (OTHER, "未到期发票不能勾选"),
    Verdict.TWIN: (OTHER, "增值税海关缴款书不允许用于退税用途、不抵扣用途"),
}
UNFIT = OTHER, "该发票不符合勾选条件"
ROW_FIELDS = ("invoiceType", "invoiceCode", "invoiceNo", "etaxInvoiceNo", "invoiceDate")


@dataclass(frozen=True, slots=True)
class Intent:
    """What a request wants done to every row; a withdrawal takes back whatever use a row has."""

    wanted: Wanted
    billing_customs: bool


def apply(visit: Visit) -> Answer:
    """invoiceSelect; asyncFlag "1" answers a taskNo, anything else does it at once."""
    company, channel = visit.general_company_on(BY_GATEWAY)
    intent = _intent(visit, company.nsrsbh)
    rows = parameters.objects(visit.request, "invoices", selecting.LIMIT)
    if visit.bureau.periods.locked(company.nsrsbh, visit.bureau.periods.current(company.nsrsbh, visit.today)):
        raise Denied(STATISTICS_MADE)
    if parameters.choice(visit.request, "asyncFlag", ("0", "1"), "0") == "1":
        return SELECTION.apply(visit, company, channel, _job(visit, intent, rows))
    visit.logged_in(company, channel)
    good, bad = _done(visit, intent, rows, visit.now)
    return Answer({"asyncFlag": "0", "success": good, "fail": bad})


def _intent(visit: Visit, owner: str) -> Intent:
    select = parameters.choice(visit.request, "authenticateFlag", (SELECT, WITHDRAW)) == SELECT
    purpose = parameters.choice(visit.request, "deductionPurpose", USE_OF_PURPOSE)
    billing_customs = parameters.choice(visit.request, "billType", ("0", "1"), "0") == "1"
    return Intent(Wanted(owner, select, USE_OF_PURPOSE[purpose] if select else None), billing_customs)


def _job(visit: Visit, intent: Intent, rows: list[Json]) -> Callable[[datetime], Listing]:
    def work(at: datetime) -> Listing:
        good, bad = _done(visit, intent, rows, at)
        return Listing("success", len(good), lambda start, stop: good[start:stop], {"fail": bad})

    return work


def _done(visit: Visit, intent: Intent, rows: list[Json], at: datetime) -> tuple[list[Json], list[Json]]:
    good: list[Json] = []
    bad: list[Json] = []
    for row in rows:
        shown = _row(visit, intent, row, at)
        (good if shown["selectResult"] == GOOD else bad).append(shown)
    return good, bad


def _row(visit: Visit, intent: Intent, row: Json, at: datetime) -> Json:
    document = _mine(visit, intent, row, at)
    verdict = selecting.judge(visit.bureau, intent.wanted, document, at)
    if document and verdict is Verdict.DONE:
        selecting.record(visit.bureau, document, intent.wanted, _reason(row), at)
    result, description = RESULTS.get(verdict, UNFIT)
    holds = result == GOOD and intent.wanted.select
    return {name: row.get(name, "") for name in ROW_FIELDS} | {
        "selectResult": result,
        "description": description,
        "taxPeriod": visit.bureau.periods.current(intent.wanted.owner, at.date()) if holds else "",
        "selectTime": at.strftime(STAMP) if result == GOOD else "",
    }


def _mine(visit: Visit, intent: Intent, row: Json, at: datetime) -> Document | None:
    """The purchase a row names; billType tells invoices from 缴款书."""
    for document in found_by(visit, row):
        facts = document.facts
        right = (facts.kind == CUSTOMS) is intent.billing_customs
        mine = facts.sjlx == "1" and facts.owner.number == intent.wanted.owner
        if right and mine and document.visible(at.date()):
            return document
    return None


def _reason(row: Json) -> str:
    given = str(row.get("notDeductibleType") or "")
    return given if given in REASONS else OTHER_REASON
