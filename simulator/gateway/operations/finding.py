"""Finding documents by the numbers a request names: 20 digits, code and number, or a 缴款书's number."""

from collections.abc import Mapping

from simulator.documents.document import Document
from simulator.gateway.visit import Visit


def found_by(visit: Visit, names: Mapping[str, object] | None = None) -> list[Document]:
    """Every copy of the document that invoiceCode, invoiceNo and etaxInvoiceNo of a request or row name."""
    given = visit.request if names is None else names
    code, number, digits = (str(given.get(f) or "").strip() for f in ("invoiceCode", "invoiceNo", "etaxInvoiceNo"))
    store = visit.bureau.store
    if digits:
        return store.find(digits)
    if code:
        return store.find(f"{code}-{number}") or store.find_paper(code, number)
    return store.find(number)
