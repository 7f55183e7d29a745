"""Full items (protocols 10.2 O7): a header with parties and totals, its lines, and "" for what a channel cannot see."""

from simulator.codes import CUSTOMS
from simulator.documents.document import Document
from simulator.gateway.codes import ETAX
from simulator.gateway.rows.face import Face, naming
from simulator.gateway.rows.header import customs_item
from simulator.gateway.rows.lines import items
from simulator.gateway.rows.states import Seen, states
from simulator.wire import Json

PARTIES = ("salerTaxNo", "salerName", "buyerTaxNo", "buyerName")
DETAILS = ("checkCode", "salerAddressPhone", "salerAccount", "buyerAddressPhone", "buyerAccount", "remark")
NOBODY_SEES = ("password", "machineNo")
AIR, RAIL = "61", "51"
FARES = {"票价": "ticketPrice", "燃油附加费": "fuelSurcharge", "民航发展基金": "airportConstructionFee"}


def full_item(document: Document, seen: Seen, channel: str) -> Json:
    """One row of ext.fullInvoiceDownQuery; `channel` "" sees everything, as a verification does."""
    face, state = Face.of(document, seen.as_of), states(document, seen)
    if document.facts.kind == CUSTOMS:
        return customs_item(face, state) | {"buyerName": face.role("buyerName"), "items": items(face)}
    etax = channel == ETAX
    details = {name: "" if etax else face.role(name) for name in DETAILS}
    return {
        **naming(document),
        **{name: face.role(name) for name in PARTIES},
        **face.amounts(),
        "totalAmount": face.role("totalAmount"),
        **details,
        **dict.fromkeys(NOBODY_SEES, ""),
        **state,
        **_fares(face),
        "items": [] if etax and document.facts.kind == RAIL else items(face),
    }


def _fares(face: Face) -> Json:
    """The parts of a flight ticket's total; 其他税费 is always there, and nothing here."""
    if face.document.facts.kind != AIR:
        return {}
    lines: list[Json] = face.payload["hwxx"]  # type: ignore[assignment]
    parts = {FARES[str(line["xmmc"])]: str(line["je"]) for line in lines if line["xmmc"] in FARES}
    passenger: Json = face.payload["tdys"]  # type: ignore[assignment]
    return parts | {"otherAmount": "0.00", "insurancePremium": str(passenger["bxf"])}
