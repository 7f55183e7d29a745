"""O6 and O7: full items, what each channel sees of them, windows, pages that never move."""

from decimal import Decimal

import pytest

from gateway_caller import GatewayCaller
from gateway_room import AEROSPACE, CERTIFIED, DISKED, LEQI, MAKER, STALL
from rehearsal_room import Room

MONTH = ("2027-01-01", "2027-01-31")
STARRED = ("checkCode", "salerAddressPhone", "salerAccount", "buyerAddressPhone", "buyerAccount", "password", "remark")


def bought(room: Room, owner: str, fplx: str, kprq: str = "2027-01-05", **more: object) -> str:
    return room.seed(documents=[{"nsrsbh": owner, "fplx": fplx, "kprq": kprq, **more}])[0]


def test_etax_sees_no_addresses_and_other_channels_do(gateway: GatewayCaller, room: Room):
    for owner in (MAKER, CERTIFIED, DISKED, AEROSPACE):
        bought(room, owner, "10")
    [etax], *others = (gateway.full(owner, "1", *MONTH) for owner in (MAKER, CERTIFIED, DISKED, AEROSPACE))
    assert {etax[name] for name in STARRED} == {""}
    for [item] in others:
        assert all(item[name] for name in STARRED if name not in ("password", "remark"))
        assert item["password"] == ""


def test_lines_have_names_of_the_issuing_side_and_add_up(gateway: GatewayCaller, room: Room):
    bought(room, MAKER, "81", lines=3)
    [item] = gateway.full(MAKER, "27", *MONTH)
    assert [line["seq"] for line in item["items"]] == [1, 2, 3]
    assert sum(Decimal(line["amount"]) for line in item["items"]) == Decimal(item["invoiceAmount"])
    assert sum(Decimal(line["taxAmount"]) for line in item["items"]) == Decimal(item["totalTaxAmount"])
    assert Decimal(item["invoiceAmount"]) + Decimal(item["totalTaxAmount"]) == Decimal(item["totalAmount"])
    assert item["items"][0].keys() == {
        "seq", "goodsName", "revenueCode", "specification", "units", "quantity", "price", "amount", "taxRate", "taxAmount",
        "lineProperty",
    }  # fmt: skip


def test_a_flight_ticket_has_its_fares_and_they_add_up(gateway: GatewayCaller, room: Room):
    bought(room, MAKER, "61")
    [item] = gateway.full(MAKER, "28", *MONTH)
    parts = ("ticketPrice", "fuelSurcharge", "airportConstructionFee", "otherAmount", "totalTaxAmount")
    assert sum(Decimal(item[name]) for name in parts) == Decimal(item["totalAmount"])


def test_etax_sees_no_lines_of_a_railway_ticket(gateway: GatewayCaller, room: Room):
    for owner in (MAKER, CERTIFIED):
        bought(room, owner, "51")
    assert [len(gateway.full(owner, "29", *MONTH)[0]["items"]) for owner in (MAKER, CERTIFIED)] == [0, 1]


def test_a_purchase_of_farm_products_comes_with_the_parties_swapped(gateway: GatewayCaller, room: Room):
    bought(room, MAKER, "10", tdys="16")
    [item] = gateway.full(MAKER, "1", *MONTH)
    assert (item["businessType"], item["salerTaxNo"]) == ("16", MAKER)
    assert item["buyerTaxNo"] != MAKER


def test_a_paper_digital_invoice_is_split_in_twelve_and_eight_beside_its_twenty_digits(
    gateway: GatewayCaller, room: Room
):
    key = bought(room, MAKER, "85")
    [item] = gateway.full(MAKER, "4", *MONTH)
    assert (len(item["invoiceCode"]), len(item["invoiceNo"]), item["etaxInvoiceNo"]) == (12, 8, key)
    assert (item["invoiceType"], item["govInvoiceType"]) == ("4", "85")


def test_a_toll_invoice_is_an_ordinary_one_with_business_type_08(gateway: GatewayCaller, room: Room):
    bought(room, MAKER, "8208")
    [item] = gateway.full(MAKER, "26", *MONTH)
    assert (item["invoiceType"], item["govInvoiceType"], item["businessType"]) == ("26", "82", "08")


def test_a_customs_document_has_lines_and_no_status(gateway: GatewayCaller, room: Room):
    key = bought(room, MAKER, "customs", lines=2)
    [item] = gateway.full(MAKER, "21", *MONTH)
    assert (item["customDeclarationNo"], len(item["items"])) == (key, 2)
    assert "invoiceStatus" not in item


@pytest.mark.parametrize(("inout", "kinds"), [("1", ["21", "26", "27"]), ("2", ["27"])])
def test_direction_and_types_are_those_asked_for(gateway: GatewayCaller, room: Room, inout: str, kinds: list[str]):
    for fplx in ("82", "81", "customs", "withholding", "02"):
        bought(room, MAKER, fplx)
    bought(room, MAKER, "81", sjlx="2")
    assert sorted(item["invoiceType"] for item in gateway.full(MAKER, "", *MONTH, inout)) == kinds


def test_small_scale_companies_may_download_in_full(gateway: GatewayCaller, room: Room):
    bought(room, STALL, "82")
    assert len(gateway.full(STALL, "26", *MONTH)) == 1


def test_nothing_of_today_is_there(gateway: GatewayCaller, room: Room):
    bought(room, MAKER, "81", "2027-01-20")
    bought(room, MAKER, "81", "2027-01-19")
    assert [item["invoiceDate"] for item in gateway.full(MAKER, "27", *MONTH)] == ["2027-01-19"]


@pytest.mark.parametrize(
    "window",
    [
        ("2026-12-31", "2027-01-01"),
        ("2027-01-02", "2027-01-01"),
        ("2027-01-21", "2027-01-31"),
        ("2021-12-01", "2021-12-31"),
        ("20270101", "20270102"),
    ],
)
def test_a_window_that_crosses_months_or_reach_is_p4001(gateway: GatewayCaller, window: tuple[str, str]):
    days = dict(zip(("startTime", "endTime"), window, strict=True))
    reply = gateway.call("ext.fullInvoiceDown", taxNo=MAKER, asyncFlag="1", inout="1", invoiceTypes="27", **days)
    assert reply.code == "P4001"


@pytest.mark.parametrize("wrong", [{"inout": "3"}, {"invoiceTypes": "81"}, {"asyncFlag": "0"}, {"taxNo": ""}])
def test_other_bad_parameters_are_p4001(gateway: GatewayCaller, wrong: dict[str, str]):
    sound = {"taxNo": MAKER, "asyncFlag": "1", "inout": "1", "invoiceTypes": "27"}
    days = {"startTime": "2027-01-01", "endTime": "2027-01-02"}
    assert gateway.call("ext.fullInvoiceDown", **(sound | days | wrong)).code == "P4001"


def test_a_company_on_leqi_alone_has_no_full_download_here(gateway: GatewayCaller):
    days = {"startTime": "2027-01-01", "endTime": "2027-01-02"}
    reply = gateway.call("ext.fullInvoiceDown", taxNo=LEQI, asyncFlag="1", inout="1", invoiceTypes="27", **days)
    assert reply.code == "P2101"


def test_pages_are_cut_exactly_and_do_not_move_when_the_bureau_changes(gateway: GatewayCaller, room: Room):
    room.seed(generate={"nsrsbh": MAKER, "fplx": "81", "month": "2026-12", "count": 450})
    days = {"startTime": "2026-12-01", "endTime": "2026-12-31"}
    task = gateway.apply("ext.fullInvoiceDown", taxNo=MAKER, inout="1", invoiceTypes="27", **days)
    first = gateway.fetch("ext.fullInvoiceDownQuery", MAKER, task).data
    assert {name: first[name] for name in ("totalElement", "totalPage", "pageNo", "pageSize")} == {
        "totalElement": 450,
        "totalPage": 3,
        "pageNo": 1,
        "pageSize": 200,
    }
    room.change(first["invoices"][0]["invoiceNo"], fpzt="7")
    pages = [gateway.poll("ext.fullInvoiceDownQuery", MAKER, task, page).data["invoices"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [200, 200, 50]
    assert pages[0] == first["invoices"]
    assert len({item["invoiceNo"] for page in pages for item in page}) == 450
    assert gateway.poll("ext.fullInvoiceDownQuery", MAKER, task, 4).code == "P4001"
    assert gateway.poll("ext.fullInvoiceDownQuery", MAKER, task, 1, 201).code == "P4001"
    assert len(gateway.poll("ext.fullInvoiceDownQuery", MAKER, task, 7, 70).data["invoices"]) == 30


def test_what_is_seeded_later_is_found_by_the_next_application(gateway: GatewayCaller, room: Room):
    keys = []
    for last in ("29", "30", "31"):
        keys.append(bought(room, MAKER, "81", seed=last))
        items = gateway.full(MAKER, "27", "2027-01-01", f"2027-01-{last}")
        assert sorted(item["invoiceNo"] for item in items) == sorted(keys)


def test_an_empty_result_is_a_success_of_nothing(gateway: GatewayCaller):
    task = gateway.apply(
        "ext.fullInvoiceDown", taxNo=MAKER, inout="2", invoiceTypes="", startTime="2027-01-01", endTime="2027-01-02"
    )
    reply = gateway.fetch("ext.fullInvoiceDownQuery", MAKER, task)
    assert (reply.code, reply.data["totalElement"], reply.data["totalPage"], reply.data["invoices"]) == (
        "0000",
        0,
        0,
        [],
    )


def test_a_million_invoices_cost_a_page_what_a_thousand_cost(gateway: GatewayCaller, room: Room):
    room.seed(generate={"nsrsbh": CERTIFIED, "fplx": "81", "month": "2026-12", "count": 1_000_000})
    days = {"startTime": "2026-12-01", "endTime": "2026-12-31"}
    task = gateway.apply("ext.fullInvoiceDown", taxNo=CERTIFIED, inout="1", invoiceTypes="27", **days)
    last = gateway.fetch("ext.fullInvoiceDownQuery", CERTIFIED, task, page=5000).data
    assert (last["totalElement"], len(last["invoices"])) == (1_000_000, 200)
    head = gateway.apply("invoiceDown", taxNo=CERTIFIED, searchOpt=days)
    assert gateway.fetch("invoiceDownQuery", CERTIFIED, head, page=5000).data["totalElement"] == 1_000_000
