"""How a selection of plane L names a document, and what it says of one: invoices and 海关缴款书 (抵扣勾选 V3.018)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from simulator.codes import CUSTOMS, FPLX, PAPER_NUMBERED
from simulator.documents.document import Document
from simulator.documents.numbers import Number, key
from simulator.sample_selections import OTHER_REASON, REASONS
from simulator.services import parameters
from simulator.services.answers import Refused
from simulator.wire import Json

DAY = "%Y%m%d"
NOT_DEDUCTED = "03"
CUSTOMS_LENGTH = 22
UNLOCKED = "01"


@dataclass(frozen=True, slots=True)
class DocumentNaming:
    """`rows` names the array; the functions read a row of a request or describe a document."""

    rows: str
    customs: bool
    names: tuple[str, ...]
    day: str
    name_of: Callable[[Json], str]
    check: Callable[[Json], None]
    fits: Callable[[Document, Json], bool]
    states: Callable[[Document, date], Json]
    held: Callable[[Document, date], Json]

    def named(self, row: Json) -> Json:
        """The fields of a request's row that its answers repeat."""
        return {name: str(row.get(name) or "") for name in self.names}

    def problem(self, row: Json) -> str:
        """Why a row cannot be taken, "" where it can."""
        try:
            parameters.day(row, self.day)
            self.check(row)
        except Refused as refused:
            return refused.text
        return ""


def reason_problem(row: Json, kind: str) -> str:
    """What is missing of the 不抵扣类型 and its words, "" where nothing is."""
    given = str(row.get("bdklx") or "")
    if kind != NOT_DEDUCTED:
        return ""
    if given not in REASONS:
        return "申请不抵扣时，不抵扣类型不能为空" if not given else f"不抵扣类型{given}不在代码表中"
    return "不抵扣类型为其他时，需录入不抵扣原因" if given == OTHER_REASON and not row.get("bdkyy") else ""


def _customs_check(row: Json) -> None:
    if len(parameters.text(row, "jkshm")) != CUSTOMS_LENGTH:
        raise parameters.wrong(f"jkshm应为{CUSTOMS_LENGTH}位")


def _customs_held(document: Document, day: date) -> Json:
    status = document.status_on(day)
    return {
        "jkshm": document.key,
        "ckznxzmbh": "",
        "tfrq": document.facts.issued.strftime(DAY),
        "skssq": status["skssq"],
        "gxsj": _selected_on(document, day),
        "hxyt": status["fpyt"],
        "sfchsd": document.payload_on(day)["sfchsd"],
        "xfshgjksygxdk": "Y" if status["xfsyt"] == "01" else "N",
    }


def _invoice_check(row: Json) -> None:
    parameters.text(row, "fphm")
    if parameters.choice(row, "fplx", FPLX) in PAPER_NUMBERED:
        parameters.text(row, "fpdm")


def _invoice_key(row: Json) -> str:
    kind = str(row.get("fplx") or "")
    code = str(row.get("fpdm") or "") if kind in PAPER_NUMBERED else ""
    return key(kind, Number(str(row.get("fphm") or ""), code))


def _invoice_states(document: Document, day: date) -> Json:
    status = document.status_on(day)
    return {
        "fpzt": status["fpzt"],
        "sfycpz": status["ycpzzt"],
        "sdzt": UNLOCKED,
        "cpyycbs": status["cpyycbs"],
    }


def _invoice_held(document: Document, day: date) -> Json:
    facts, status = document.facts, document.status_on(day)
    return {
        "kprq": facts.issued.strftime(DAY),
        "fpdm": facts.number.code if facts.kind in PAPER_NUMBERED else "",
        "fphm": facts.number.no,
        "ckznxzmbh": "",
        "skssq": status["skssq"],
        "gxsj": _selected_on(document, day),
        **_invoice_states(document, day),
        "hxyt": status["fpyt"],
        "fplx": facts.kind,
        "jdcycbs": status["jdcycbs"],
        "bddkjtsycbs": "0",
    }


def _selected_on(document: Document, day: date) -> str:
    days = [change.at.date() for change in document.changes if "fpyt" in change.values and change.at.date() <= day]
    return max(days, default=document.collected_on).strftime(DAY)


CUSTOMS_DOCUMENT = DocumentNaming(
    rows="hgjksmx",
    customs=True,
    names=("jkshm", "ckznxzmbh", "tfrq"),
    day="tfrq",
    name_of=lambda row: str(row.get("jkshm") or ""),
    check=_customs_check,
    fits=lambda document, row: document.facts.kind == CUSTOMS and _same_day(document, row["tfrq"]),
    states=lambda _document, _day: {},
    held=_customs_held,
)
INVOICE = DocumentNaming(
    rows="fpmx",
    customs=False,
    names=("kprq", "fpdm", "fphm", "ckznxzmbh"),
    day="kprq",
    name_of=_invoice_key,
    check=_invoice_check,
    fits=lambda document, row: document.facts.kind == row["fplx"] and _same_day(document, row["kprq"]),
    states=_invoice_states,
    held=_invoice_held,
)


def _same_day(document: Document, written: str) -> bool:
    return document.issued_on.strftime(DAY) == written
