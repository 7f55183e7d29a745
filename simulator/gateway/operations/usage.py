"""O10: usage and entry status of one positive invoice of a 乐企 company, bureau codes unchanged."""

from decimal import Decimal

from simulator.documents.document import Document
from simulator.gateway import parameters
from simulator.gateway.answers import Denied, wrong
from simulator.gateway.codes import KINDS_OF_TYPE, LEQI, NOT_FOUND
from simulator.gateway.operations.finding import found_by
from simulator.gateway.rows.face import Face
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer

FIELDS = {
    "invoiceStatus": "fpzt",
    "riskStatus": "ycpzzt",
    "redLockFlag": "hzsdbs",
    "vatUsage": "fpyt",
    "entryStatus": "rzzt",
    "consumptionTaxUsage": "xfsyt",
    "taxPeriod": "skssq",
}


def query(visit: Visit) -> Answer:
    """ext.invoiceUsageQuery: P2101 off 乐企, P2301 for an invoice that is not this taxpayer's, P4001 for a red one."""
    company, _ = visit.company_on((LEQI,))
    kinds = KINDS_OF_TYPE[parameters.choice(visit.request, "invoiceType", KINDS_OF_TYPE)]
    issued = parameters.day(visit.request, "invoiceDate")
    for document in found_by(visit):
        mine = document.facts.owner.number == company.nsrsbh and document.facts.kind in kinds
        if mine and document.issued_on == issued and document.visible(visit.today):
            return Answer(_fields(document, visit))
    raise Denied(NOT_FOUND)


def _fields(document: Document, visit: Visit) -> dict[str, object]:
    if Decimal(Face.of(document, visit.today).amounts()["invoiceAmount"]) < 0:
        raise wrong("仅支持正数发票")
    status = document.status_on(visit.today)
    return {name: status[code] for name, code in FIELDS.items()}
