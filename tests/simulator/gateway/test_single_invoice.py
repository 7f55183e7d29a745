"""O10 usage and O13 verification: one invoice at a time, matched by the fields of its kind."""

import pytest

from gateway_caller import GatewayCaller
from gateway_room import LEQI, MAKER
from rehearsal_room import Room

VISIBLE = ("2027-01-01", "2027-01-19")


def held(room: Room, owner: str, fplx: str, kprq: str = "2027-01-05", **more: object) -> str:
    return room.seed(documents=[{"nsrsbh": owner, "fplx": fplx, "kprq": kprq, **more}])[0]


def question(gateway: GatewayCaller, room: Room, fplx: str) -> dict[str, object]:
    """What a person types in for an invoice, read off what a channel without gaps sees."""
    room.seed(documents=[{"nsrsbh": MAKER, "fplx": fplx, "kprq": "2027-01-05"}])
    [item] = gateway.full(MAKER, "", *VISIBLE)
    net = fplx in ("01", "08", "85", "03", "87")
    tail = item["etaxInvoiceNo"][-6:] if fplx == "86" else ""
    return {
        "invoiceCode": item["invoiceCode"],
        "invoiceNo": item["invoiceNo"],
        "invoiceDate": item["invoiceDate"],
        "checkCode": tail,
        "invoiceAmount": item["invoiceAmount" if net else "totalAmount"],
    }


@pytest.mark.parametrize("fplx", ["01", "08", "03", "15", "51", "61", "81", "82", "83", "84", "85", "86", "87", "88"])
def test_a_match_answers_the_whole_invoice_and_is_verified(gateway: GatewayCaller, room: Room, fplx: str):
    reply = gateway.verify(**question(gateway, room, fplx))
    assert (reply.code, reply.data["checkStatus"], reply.data["govInvoiceType"]) == ("0000", "1", fplx)
    assert reply.data["salerAddressPhone"] or fplx in ("51", "61")


@pytest.mark.parametrize("fplx", ["04", "10", "11", "14"])
def test_ordinary_tax_control_invoices_go_by_the_last_six_of_the_check_code(
    gateway: GatewayCaller, room: Room, fplx: str
):
    code = "12345678901234567890"
    room.seed(
        documents=[{"nsrsbh": MAKER, "fplx": fplx, "kprq": "2027-01-05", "payload": {"jym": code, "fphm": "00000077"}}]
    )
    asked = next(
        item for item in gateway.full(MAKER, "", "2027-01-01", "2027-01-18") if item["invoiceNo"] == "00000077"
    )
    sent = {name: asked[name] for name in ("invoiceCode", "invoiceNo", "invoiceDate")}
    assert gateway.verify(**sent, checkCode="567890").code == "0000"
    assert gateway.verify(**sent, checkCode=code).code == "0000"
    assert gateway.verify(**sent, checkCode="567891").code == "P2302"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"invoiceAmount": "1.00"}, "P2302"),
        ({"invoiceDate": "2027-01-06"}, "P2302"),
        ({"invoiceNo": "27" + "0" * 18}, "P2301"),
        ({"invoiceAmount": "much"}, "P4001"),
        ({"invoiceDate": ""}, "P4001"),
    ],
)
def test_not_found_and_mismatch_are_told_apart(gateway: GatewayCaller, room: Room, change: dict[str, str], code: str):
    reply = gateway.verify(**(question(gateway, room, "81") | change))
    assert (reply.http, reply.code, reply.data) == (200, code, None)


def test_five_verifications_a_day_and_no_more_until_tomorrow(gateway: GatewayCaller, room: Room):
    asked = question(gateway, room, "81")
    assert [gateway.verify(**asked).code for _ in range(6)] == ["0000"] * 5 + ["P2303"]
    room.day("2027-01-21")
    gateway.sign_in()
    assert gateway.verify(**asked).code == "0000"


def test_todays_invoice_cannot_be_verified(gateway: GatewayCaller, room: Room):
    key = held(room, MAKER, "81", "2027-01-20")
    assert gateway.verify(invoiceNo=key, invoiceDate="2027-01-20", invoiceAmount=1).code == "P2301"


def test_usage_answers_the_bureaus_codes_unchanged(gateway: GatewayCaller, room: Room):
    codes = {"fpzt": "7", "ycpzzt": "03", "hzsdbs": "Y", "fpyt": "6", "rzzt": "02", "xfsyt": "01", "skssq": "202701"}
    key = held(room, LEQI, "81", **codes)
    reply = gateway.call(
        "ext.invoiceUsageQuery", taxNo=LEQI, invoiceType="27", invoiceCode="", invoiceNo=key, invoiceDate="2027-01-05"
    )
    assert (reply.code, list(reply.data.values())) == ("0", list(codes.values()))


@pytest.mark.parametrize(
    ("owner", "more", "date", "code"),
    [
        (MAKER, {}, "2027-01-05", "P2101"),
        (LEQI, {"red_of": "2" * 20}, "2027-01-05", "P4001"),
        (LEQI, {}, "2027-01-06", "P2301"),
        (LEQI, {}, "", "P4001"),
    ],
)
def test_usage_is_for_positive_invoices_of_leqi_companies(
    gateway: GatewayCaller, room: Room, owner: str, more: dict[str, str], date: str, code: str
):
    key = held(room, owner, "81", **more)
    reply = gateway.call("ext.invoiceUsageQuery", taxNo=owner, invoiceType="27", invoiceNo=key, invoiceDate=date)
    assert reply.code == code
