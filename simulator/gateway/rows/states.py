"""Selection, receipt and risk of a document in the gateway's words (protocols 7, 10.7)."""

from dataclasses import dataclass
from datetime import date

from simulator.documents.document import Document
from simulator.documents.facts import STAMP
from simulator.gateway.rows.face import Face
from simulator.periods import CONFIRMED, Periods
from simulator.wire import Json

PURPOSE = {"1": "1", "2": "3", "3": "4", "4": "2", "5": "4", "6": "2", "9": "3", "10": "3"}
"""fpyt to deductionPurpose; anything else is no purpose."""
LEVEL = {"01": "正常", "02": "异常凭证", "03": "疑点发票"}
MANAGE = {"01": "0", "02": "1", "03": "2"}
REASON = {
    "1": "用于非应税项目",
    "2": "用于免税项目",
    "3": "用于集体福利或者个人消费",
    "4": "遭受非正常损失",
    "5": "其他",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known of a taxpayer's periods when a task worked; rows made later still say that."""

    as_of: date
    current: str
    confirmed: bool

    @classmethod
    def by(cls, periods: Periods, tax_no: str, day: date) -> "Seen":
        """As of a day."""
        current = periods.current(tax_no, day)
        return cls(day, current, periods.state(tax_no, current) == CONFIRMED)

    def certified(self, period: str) -> bool:
        """Whether a period's selections are 已认证."""
        return bool(period) and (period < self.current or (period == self.current and self.confirmed))


def authenticate_flag(status: dict[str, str], seen: Seen) -> str:
    """0 未勾选, 1 已勾选, 2 已认证 once the statistics of the period are confirmed."""
    if PURPOSE.get(status["fpyt"]) is None:
        return "0"
    return "2" if seen.certified(status["skssq"]) else "1"


def states(face: Face, seen: Seen) -> Json:
    """Every state field that header and full items share."""
    document = face.document
    status = document.status_on(seen.as_of)
    flag = authenticate_flag(status, seen)
    at = selected_at(document, seen.as_of) if flag != "0" else ""
    reason = status.get("bdklx", "") if PURPOSE.get(status["fpyt"]) == "2" else ""
    return {
        "invoiceStatus": status["fpzt"],
        "invoiceRiskLevel": LEVEL[status["ycpzzt"]],
        "manageStatus": MANAGE[status["ycpzzt"]],
        "authenticateFlag": flag,
        "deductionPurpose": PURPOSE.get(status["fpyt"], ""),
        "notDeductibleType": reason,
        "notDeductibleText": REASON.get(reason, ""),
        "selectTime": at,
        "taxPeriod": status["skssq"] if flag != "0" else "",
        "effectiveTaxAmount": document.effective_tax(face.payload),
    }


def selected_at(document: Document, day: date) -> str:
    """When it was selected: the newest change of its use, else 10:00 of the day it was collected."""
    times = [change.at for change in document.changes if "fpyt" in change.values and change.at.date() <= day]
    if times:
        return max(times).strftime(STAMP)
    return f"{document.collected_on} 10:00:00"
