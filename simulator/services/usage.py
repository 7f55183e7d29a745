"""L7 发票用途状态信息查询: one invoice, its status, use and entry as of today."""

from simulator.codes import FPLX, NOTHING, PAPER_NUMBERED, STATUS_CODES
from simulator.documents.document import Document
from simulator.documents.numbers import Number, key
from simulator.services import parameters
from simulator.services.answers import Answer, Refused
from simulator.services.visit import Visit


def query(visit: Visit) -> Answer:
    """The statuses of an invoice this using unit bought or sold; 04 for any other."""
    fplx = parameters.choice(visit.request, "fplx", FPLX)
    code = parameters.text(visit.request, "fpdm") if fplx in PAPER_NUMBERED else ""
    number = Number(parameters.text(visit.request, "fphm"), code)
    issued = parameters.day(visit.request, "kprq")
    mine = {company.nsrsbh for company in visit.bureau.registry.of_unit(visit.unit)}
    for document in visit.bureau.store.find(key(fplx, number)):
        held = document.facts.owner.number in mine and document.facts.kind == fplx
        if held and document.issued_on == issued and document.visible(visit.today):
            return Answer(_fields(document, visit))
    raise Refused(NOTHING)


def _fields(document: Document, visit: Visit) -> dict[str, object]:
    status = document.status_on(visit.today)
    facts = document.facts
    return {
        "fpdm": facts.number.code if facts.kind in PAPER_NUMBERED else "",
        "fphm": facts.number.no,
        "kprq": facts.stamp,
        **{name: status[name] for name in STATUS_CODES},
        "skssq": status["skssq"],
    }
