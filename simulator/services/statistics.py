"""L11: the statistics table applied for, withdrawn and confirmed, and what became of it (protocols 5.4)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from simulator import tables
from simulator.bureau import Bureau
from simulator.codes import AGRICULTURAL, CUSTOMS, WITHHOLDING
from simulator.documents.document import Document
from simulator.documents.facts import STAMP
from simulator.periods import CONFIRMED, FORECAST, OPEN
from simulator.sample_selections import DEDUCTED
from simulator.services import parameters
from simulator.services.answers import Answer
from simulator.services.visit import Visit
from simulator.wire import Json

APPLY, WITHDRAW = "1", "2"
"""sqbz"""
DONE, ABNORMAL, FAILED = "01", "11", "99"
AGAIN, CONFIRMED_ALREADY, NOT_APPLIED, NO_WAY_BACK = "02", "03", "05", "10"
"""code: 重复, 已确认不可统计, 未申请不能撤销, 已确认不能撤销"""
NOT_COUNTED, CONFIRMED_AGAIN, NOT_YET = "07", "08", "09"
"""jgzt: 未申请统计, 不能重复确认, 不符合确认条件(当前月与属期相等时)"""
SPECIAL, PURCHASED, OWN, TOLL, ORDINARY, VEHICLE, DOCUMENT, CERTIFICATE, TOTAL, FLIGHT, RAILWAY = (
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "21", "22",
)  # fmt: skip
"""fplx of tjjg[]"""
GROUPS = {
    **dict.fromkeys(("01", "08", "81", "85"), SPECIAL),
    **dict.fromkeys(("03", "83", "87"), VEHICLE),
    "14": TOLL,
    CUSTOMS: DOCUMENT,
    WITHHOLDING: CERTIFICATE,
    "61": FLIGHT,
    "51": RAILWAY,
}
FARMER = "12"

Rule = Callable[[Bureau, str, bool, datetime], str]
"""What an application comes to: its code; the table is moved where that is 01."""


@dataclass(frozen=True, slots=True)
class Service:
    """`code` names the field that says what an application came to."""

    result_code: str
    code: str
    rule: Rule

    def apply(self, visit: Visit) -> Answer:
        """sqbz 1 applies, 2 withdraws."""
        company = visit.general_company("gfsbh")
        apply = parameters.choice(visit.request, "sqbz", (APPLY, WITHDRAW)) == APPLY

        def work(at: datetime, failed: bool) -> Answer:
            came_to = FAILED if failed else self.rule(visit.bureau, company.nsrsbh, apply, at)
            return Answer({**_head(visit.bureau, company.nsrsbh, at), self.code: came_to})

        return visit.accept(self.result_code, work)

    def result(self, visit: Visit) -> Answer:
        """The code, and what the table counts, once the bureau has done it."""
        return visit.errand(self.result_code)


def _make(bureau: Bureau, tax_no: str, apply: bool, at: datetime) -> str:
    state = tables.state(bureau, tax_no, at)
    if state == CONFIRMED:
        return CONFIRMED_ALREADY if apply else NO_WAY_BACK
    if (state in OPEN) is not apply:
        return AGAIN if apply else NOT_APPLIED
    if apply and _abnormal(bureau, tax_no, at):
        return ABNORMAL
    (tables.make if apply else tables.withdraw)(bureau, tax_no, at)
    return DONE


def _confirm(bureau: Bureau, tax_no: str, apply: bool, at: datetime) -> str:
    state = tables.state(bureau, tax_no, at)
    if state == CONFIRMED:
        return CONFIRMED_AGAIN if apply else NO_WAY_BACK
    if state in OPEN or not apply:
        return NOT_COUNTED
    if state == FORECAST:
        return NOT_YET
    if _abnormal(bureau, tax_no, at):
        return ABNORMAL
    tables.confirm(bureau, tax_no, at)
    return DONE


def _abnormal(bureau: Bureau, tax_no: str, at: datetime) -> bool:
    return any(document.status_on(at.date())["ycpzzt"] == "02" for document in tables.selected(bureau, tax_no, at))


def _head(bureau: Bureau, tax_no: str, at: datetime) -> Json:
    counted = {"gfsbh": tax_no, "tjsj": at.strftime(STAMP), "tjjg": _counted(bureau, tax_no, at)}
    return {"gfsbh": tax_no, "skssq": bureau.periods.current(tax_no, at.date()), "gxtjjg": [counted]}


def _counted(bureau: Bureau, tax_no: str, at: datetime) -> list[Json]:
    """What may be deducted, by group; what is selected 不抵扣 is not counted."""
    sums: defaultdict[str, list[Decimal]] = defaultdict(list)
    for document in tables.selected(bureau, tax_no, at):
        if document.status_on(at.date())["fpyt"] == DEDUCTED:
            for group in (_group(document), TOTAL):
                sums[group].append(Decimal(document.effective_tax()))
    return [_row(group, sums[group]) for group in sorted(sums, key=lambda g: (g == TOTAL, int(g)))]


def _row(group: str, taxes: list[Decimal]) -> Json:
    elsewhere = {"ckznxzmfs": 0, "ckznxzmyxdkse": "0.00", "qtfpfs": 0, "qtfpyxdkse": "0.00"}
    return {"fplx": group, "hjfs": len(taxes), "hjyxdkse": f"{sum(taxes):.2f}", **elsewhere}


def _group(document: Document) -> str:
    kind, tdys = document.facts.kind, document.facts.tdys
    if kind in GROUPS:
        return GROUPS[kind]
    if tdys in AGRICULTURAL:
        return OWN if tdys == FARMER else PURCHASED
    return TOLL if tdys == "08" else ORDINARY


MAKING = Service("CXTJCLJG", "code", _make)
CONFIRMING = Service("CXQRTJCLJG", "jgzt", _confirm)
