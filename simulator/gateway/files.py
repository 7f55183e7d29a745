"""Layout files by id: made from the document's face when they are asked for."""

from simulator.bureau import Bureau
from simulator.documents.document import Document
from simulator.gateway.layout import ofd, pdf, xml

ADDRESS = "/doc/free/fileInfo/preview/f"
MAKERS = {"pdf": pdf.make, "ofd": ofd.make, "xml": xml.make}


def made(document: Document, file_type: str) -> bytes:
    """The bytes of one file of a document; the same document always gives the same bytes."""
    return MAKERS[file_type](document)


def content(bureau: Bureau, number: str) -> bytes | None:
    """The bytes behind an id; None where no result ever named it."""
    known = bureau.gateway.files.get(number)
    if known is None:
        return None
    identity, file_type = known
    held = (document for document in bureau.store.find(identity[2]) if document.identity == identity)
    document = next(held, None)
    return made(document, file_type) if document else None
