"""The bureau's own rules of selection (勾选), one truth for both planes (protocols 5.4, 10.5 rule 6)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto

from simulator.bureau import Bureau
from simulator.codes import CUSTOMS
from simulator.documents.document import Change, Document
from simulator.periods import last_day

FIRST_DAY = date(2017, 1, 1)
LIMIT = 2000
UNUSED, DEDUCTED, REFUNDED, NOT_DEDUCTED = "0", "1", "2", "6"
"""fpyt: 未使用, 已申请抵扣, 已申请退税, 已申请不抵扣"""
REASONS = ("1", "2", "3", "4", "5")
"""bdklx"""
OTHER_REASON = "5"
_SAME_USE = {NOT_DEDUCTED: (NOT_DEDUCTED, "4")}
"""Uses that are the same as an applied one: 已勾选不抵扣（历史数据）."""
_ABNORMAL_OIL = ("1", "2", "8")
_RISKY_VEHICLE = "3"


class Verdict(Enum):
    """What the bureau finds when it looks at one document."""

    DONE = auto()
    HOLDS = auto()
    RELEASED = auto()
    LOCKED = auto()
    UNKNOWN = auto()
    OTHER_USE = auto()
    OTHER_PERIOD = auto()
    VOID = auto()
    REVERSED = auto()
    ABNORMAL = auto()
    DUPLICATE = auto()
    OVERDUE = auto()
    NOT_DUE = auto()
    VEHICLE = auto()
    TWIN = auto()
    UNSUITABLE = auto()


_BY_STATUS = {"2": Verdict.VOID, "3": Verdict.REVERSED, "8": Verdict.REVERSED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request wants done to each document: select for a use (fpyt), or withdraw that use; None withdraws any."""

    owner: str
    select: bool
    use: str | None


def judge(bureau: Bureau, wanted: Wanted, document: Document | None, at: datetime) -> Verdict:
    """What becomes of one document at an instant; DONE where it is to be recorded."""
    period = bureau.periods.current(wanted.owner, at.date())
    if bureau.periods.locked(wanted.owner, period):
        return Verdict.LOCKED
    if document is None:
        return Verdict.UNKNOWN
    status = document.status_on(at.date())
    if not wanted.select:
        return _withdrawn(status, wanted, period)
    if status["fpyt"] != UNUSED:
        return _held(status, wanted, period)
    return _unfit(document, status, wanted, period) or Verdict.DONE


def record(bureau: Bureau, document: Document, wanted: Wanted, reason: str, at: datetime) -> None:
    """Write a use, or its end, down; `reason` is bdklx of a use that is not deducted."""
    period = bureau.periods.current(wanted.owner, at.date())
    use = wanted.use or UNUSED if wanted.select else UNUSED
    values = {
        "fpyt": use,
        "skssq": period if wanted.select else "",
        "bdklx": reason if use == NOT_DEDUCTED else "",
    }
    bureau.store.change([document], Change(at, values))


def _withdrawn(status: dict[str, str], wanted: Wanted, period: str) -> Verdict:
    if status["fpyt"] == UNUSED:
        return Verdict.RELEASED
    if status["skssq"] not in ("", period):
        return Verdict.OTHER_PERIOD
    return Verdict.DONE if wanted.use is None or _same(status, wanted.use) else Verdict.OTHER_USE


def _held(status: dict[str, str], wanted: Wanted, period: str) -> Verdict:
    if status["skssq"] not in ("", period):
        return Verdict.OTHER_PERIOD
    return Verdict.HOLDS if _same(status, wanted.use or UNUSED) else Verdict.OTHER_USE


def _same(status: dict[str, str], use: str) -> bool:
    return status["fpyt"] in _SAME_USE.get(use, (use,))


def _unfit(document: Document, status: dict[str, str], wanted: Wanted, period: str) -> Verdict | None:
    customs = document.facts.kind == CUSTOMS
    objections = (
        (not customs and status["fpzt"] in _BY_STATUS, _BY_STATUS.get(status["fpzt"])),
        (status["ycpzzt"] == "02" or status["cpyycbs"] in _ABNORMAL_OIL, Verdict.ABNORMAL),
        (status["jdcycbs"] == _RISKY_VEHICLE, Verdict.VEHICLE),
        (customs and document.payload_on(document.issued_on).get("sfchsd") == "Y", Verdict.DUPLICATE),
        (document.issued_on < FIRST_DAY, Verdict.OVERDUE),
        (document.issued_on > last_day(period), Verdict.NOT_DUE),
        (customs and status["xfsyt"] == "01" and wanted.use != DEDUCTED, Verdict.TWIN),
        (not document.deductible_kind, Verdict.UNSUITABLE),
        (not customs and Decimal(document.effective_tax()) < 0, Verdict.UNSUITABLE),
    )
    return next((verdict for holds, verdict in objections if holds), None)
