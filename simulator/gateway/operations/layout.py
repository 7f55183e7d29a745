"""O11 and O12: layout files (版式文件) of 数电 invoices and tickets: PDF, OFD and XML with size and hash."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from simulator.companies import Company
from simulator.documents.document import Document
from simulator.gateway import files, parameters
from simulator.gateway.answers import Denied
from simulator.gateway.codes import (
    FILES,
    KINDS_OF_TYPE,
    LAYOUT_TYPES,
    NO_CITY,
    NO_DATE,
    NOT_DIGITAL,
    NOT_FOUND,
    RPA_FILES,
    TEXTS,
)
from simulator.gateway.operations.finding import found_by
from simulator.gateway.operations.pairs import AsyncOperation
from simulator.gateway.tasks import Listing
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer
from simulator.wire import Json

LAYOUT = AsyncOperation("ext.layoutFileDownQuery", FILES)
LIMIT = 5000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to make."""

    document: Document
    file_type: str


def apply(visit: Visit) -> Answer:
    """ext.layoutFileDown; P2203 where the company has no bureau city."""
    company, channel = visit.company_on(RPA_FILES)
    if not company.city_code:
        raise Denied(NO_CITY)
    types = parameters.choices(visit.request, "fileTypes", files.MAKERS)
    rows = parameters.objects(visit.request, "invoices", LIMIT)

    def work(at: datetime) -> Listing:
        wanted: list[Wanted] = []
        fail: list[Json] = []
        for row in rows:
            found = _found(visit, company, row, at)
            if isinstance(found, Document):
                wanted += [Wanted(found, file_type) for file_type in types]
            else:
                fail.append({"invoiceNo": row.get("invoiceNo", ""), "errorCode": found, "message": TEXTS[found]})
        return Listing(
            "files", len(wanted), lambda start, stop: [_shown(visit, w) for w in wanted[start:stop]], {"fail": fail}
        )

    return LAYOUT.apply(visit, company, channel, work)


def _found(visit: Visit, company: Company, row: Json, at: datetime) -> Document | str:
    """The document a row names, or why it has no file."""
    number_type = str(row.get("invoiceType", ""))
    if number_type not in LAYOUT_TYPES:
        return NOT_DIGITAL
    if not row.get("invoiceDate"):
        return NO_DATE
    for document in found_by(visit, row):
        facts = document.facts
        mine = facts.owner.number == company.nsrsbh and facts.kind in KINDS_OF_TYPE[number_type]
        if mine and str(document.issued_on) == str(row["invoiceDate"])[:10] and document.visible(at.date()):
            return document
    return NOT_FOUND


def _shown(visit: Visit, wanted: Wanted) -> Json:
    content = files.made(wanted.document, wanted.file_type)
    number = visit.gateway.remember_file((wanted.document.identity, wanted.file_type))
    return {
        "invoiceNo": wanted.document.facts.number.no,
        "fileType": wanted.file_type,
        "url": f"{visit.base_url}{files.ADDRESS}{number}",
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }
