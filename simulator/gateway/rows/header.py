"""Header items (表头) of invoices and 海关缴款书 (protocols 6.2, 6.3): no lines, no total with tax, no buyer name."""

from simulator.codes import CUSTOMS
from simulator.documents.document import Document
from simulator.gateway.codes import CUSTOMS_TYPE
from simulator.gateway.rows.face import Face, naming
from simulator.gateway.rows.states import Seen, states
from simulator.wire import Json

OF_CUSTOMS = (
    "effectiveTaxAmount",
    "authenticateFlag",
    "deductionPurpose",
    "selectTime",
    "taxPeriod",
    "manageStatus",
    "notDeductibleType",
)


def header_item(document: Document, seen: Seen) -> Json:
    """One row of invoiceDownQuery."""
    face, state = Face.of(document, seen.as_of), states(document, seen)
    if document.facts.kind == CUSTOMS:
        return customs_item(face, state)
    amounts = face.amounts()
    selected, certified = state["authenticateFlag"] != "0", state["authenticateFlag"] == "2"
    return {
        **naming(document),
        "salerName": face.role("salerName"),
        "salerTaxNo": face.role("salerTaxNo"),
        "buyerTaxNo": face.role("buyerTaxNo"),
        **amounts,
        "taxAmount": amounts["totalTaxAmount"],
        **state,
        "checkFlag": "1" if selected else "0",
        "checkAuthenticateFlag": "1" if certified else "0",
        "selectAuthenticateTime": state["selectTime"] if certified else "",
        "scanAuthenticateFlag": "0",
        "scanAuthenticateTime": "",
    }


def customs_item(face: Face, state: Json) -> Json:
    """海关缴款书: its number and tax; it has no status."""
    tax = face.amounts()["totalTaxAmount"]
    return {
        "invoiceType": CUSTOMS_TYPE,
        "customDeclarationNo": face.document.key,
        "invoiceDate": face.document.facts.issued.strftime("%Y-%m-%d"),
        "taxAmount": tax,
        "totalTaxAmount": tax,
        "buyerTaxNo": face.role("buyerTaxNo"),
        "checkFlag": "0" if state["authenticateFlag"] == "0" else "1",
        **{name: state[name] for name in OF_CUSTOMS},
    }
