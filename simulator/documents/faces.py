"""Which builder makes the payload of which kind, where its tax stands, and who the other party usually is."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from simulator.codes import CUSTOMS, WITHHOLDING
from simulator.documents import customs_and_withholding, digital, parties, tax_control, tickets, vehicles
from simulator.documents.facts import Facts
from simulator.documents.parties import Party

Payload = dict[str, object]


class Face(NamedTuple):
    """`net` and `tax` name the payload fields of the amounts; an empty name means the face has none."""

    build: Callable[[Facts], Payload]
    net: str
    tax: str
    others: Sequence[Party] = parties.TRADE
    legacy: bool = False


_INVOICE = Face(tax_control.invoice, "je", "se", legacy=True)
_DIGITAL = Face(digital.face, "hjje", "hjse")
_MOTOR = Face(vehicles.digital_motor, "hjje", "hjse", (parties.CAR_DEALER,))
_USED_CAR = Face(vehicles.digital_used_car, "hjje", "")

FACES: dict[str, Face] = {
    "01": _INVOICE,
    "02": _INVOICE,
    "04": _INVOICE,
    "08": _INVOICE,
    "10": _INVOICE,
    "11": Face(tax_control.roll, "je", "se", legacy=True),
    "14": Face(tax_control.toll, "je", "se", (parties.ROAD,), legacy=True),
    "03": Face(vehicles.motor, "cjfy", "zzsse", (parties.CAR_DEALER,), legacy=True),
    "15": Face(vehicles.used_car, "cjhj", ""),
    "51": Face(tickets.rail, "hjje", "hjse", (parties.RAILWAY,)),
    "61": Face(tickets.air, "hjje", "hjse", (parties.AIRLINE,)),
    "81": _DIGITAL,
    "82": _DIGITAL,
    "85": _DIGITAL,
    "86": _DIGITAL,
    "83": _MOTOR,
    "87": _MOTOR,
    "84": _USED_CAR,
    "88": _USED_CAR,
    CUSTOMS: Face(customs_and_withholding.customs, "", "skje", (parties.FOREIGN,)),
    WITHHOLDING: Face(customs_and_withholding.withholding, "jsje", "sjje", (parties.FOREIGN,)),
}
