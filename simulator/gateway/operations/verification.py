"""O13: verification (查验), by number, date and the field its kind is checked with (protocols 5.6)."""

from decimal import Decimal, InvalidOperation

from simulator.codes import CUSTOMS
from simulator.documents.document import Document
from simulator.gateway import parameters
from simulator.gateway.answers import Denied, wrong
from simulator.gateway.codes import MISMATCH, NOT_FOUND, TOO_OFTEN, TYPE_OF_KIND
from simulator.gateway.operations.finding import found_by
from simulator.gateway.rows.face import Face
from simulator.gateway.rows.full import full_item
from simulator.gateway.rows.states import Seen
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer

A_DAY = 5
CHECK_DIGITS = 6
BY_CHECK_CODE = frozenset({"04", "10", "11", "14"})
BY_NUMBER_TAIL = frozenset({"86"})
"""Paper-digital ordinary invoices: the last six of the 20 digits stand for the check code."""
BY_NET_AMOUNT = frozenset({"01", "08", "85", "03", "87"})
GOOD = "1"


def check(visit: Visit) -> Answer:
    """invoiceCheck: the invoice with every field; P2301 unknown, P2302 mismatch, P2303 after five of a day."""
    number = parameters.text(visit.request, "invoiceNo")
    issued = parameters.day(visit.request, "invoiceDate")
    _count(visit, f"{parameters.text(visit.request, 'invoiceCode', '')}-{number}")
    found = [document for document in found_by(visit) if _verifiable(document, visit)]
    if not found:
        raise Denied(NOT_FOUND)
    document = found[0]
    if document.issued_on != issued or not _matches(document, visit):
        raise Denied(MISMATCH)
    seen = Seen.by(visit.bureau.periods, document.facts.owner.number, visit.today)
    return Answer(full_item(document, seen, "") | {"checkStatus": GOOD})


def _count(visit: Visit, paper: str) -> None:
    key = (paper, visit.today.isoformat())
    visit.gateway.verified[key] += 1
    if visit.gateway.verified[key] > A_DAY:
        raise Denied(TOO_OFTEN)


def _verifiable(document: Document, visit: Visit) -> bool:
    kind = document.facts.kind
    return kind in TYPE_OF_KIND and kind != CUSTOMS and document.issued_on < visit.today


def _matches(document: Document, visit: Visit) -> bool:
    kind, face = document.facts.kind, Face.of(document, visit.today)
    given = parameters.text(visit.request, "checkCode", "")[-CHECK_DIGITS:]
    if kind in BY_CHECK_CODE:
        return given == face.role("checkCode")[-CHECK_DIGITS:]
    if kind in BY_NUMBER_TAIL:
        return given == document.facts.number.no[-CHECK_DIGITS:]
    wanted = face.amounts()["invoiceAmount"] if kind in BY_NET_AMOUNT else face.role("totalAmount")
    return _amount(visit) == Decimal(wanted)


def _amount(visit: Visit) -> Decimal:
    value = visit.request.get("invoiceAmount")
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise wrong("invoiceAmount应为金额") from None
