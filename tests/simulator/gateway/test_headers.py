"""O4 and O5: what a header list has and has not, what searchOpt narrows, who is refused."""

import pytest

from gateway_caller import GatewayCaller
from gateway_room import AEROSPACE, CERTIFIED, DISKED, LEQI, MAKER, STALL
from rehearsal_room import Room

JANUARY = {"startTime": "2027-01-01", "endTime": "2027-01-19"}
FIELDS = {
    "invoiceType", "govInvoiceType", "businessType", "invoiceCode", "invoiceNo", "etaxInvoiceNo", "invoiceDate", "salerName",
    "salerTaxNo", "buyerTaxNo", "invoiceAmount", "taxAmount", "totalTaxAmount", "effectiveTaxAmount", "invoiceStatus",
    "invoiceSource", "invoiceRiskLevel", "checkFlag", "authenticateFlag", "checkAuthenticateFlag", "selectTime",
    "selectAuthenticateTime", "scanAuthenticateFlag", "scanAuthenticateTime", "deductionPurpose", "notDeductibleType",
    "notDeductibleText", "manageStatus", "taxPeriod",
}  # fmt: skip


def bought(room: Room, fplx: str, kprq: str = "2027-01-05", **more: object) -> str:
    return room.seed(documents=[{"nsrsbh": MAKER, "fplx": fplx, "kprq": kprq, **more}])[0]


def test_a_header_item_has_exactly_the_documented_fields(gateway: GatewayCaller, room: Room):
    bought(room, "81")
    [item] = gateway.headers(MAKER, **JANUARY)
    assert item.keys() == FIELDS


def test_a_customs_item_has_its_number_and_no_status(gateway: GatewayCaller, room: Room):
    key = bought(room, "customs")
    [item] = gateway.headers(MAKER, **JANUARY)
    assert (item["invoiceType"], item["customDeclarationNo"], item["invoiceDate"]) == ("21", key, "2027-01-05")
    assert item["taxAmount"] == item["totalTaxAmount"] == item["effectiveTaxAmount"]
    assert not {"invoiceStatus", "invoiceRiskLevel", "salerName"} & item.keys()


@pytest.mark.parametrize(("fplx", "tdys"), [("82", ""), ("10", ""), ("84", ""), ("15", ""), ("11", "")])
def test_what_may_not_be_deducted_is_not_listed(gateway: GatewayCaller, room: Room, fplx: str, tdys: str):
    bought(room, fplx, tdys=tdys)
    assert gateway.headers(MAKER, **JANUARY) == []


def test_red_invoices_and_those_of_today_are_not_listed(gateway: GatewayCaller, room: Room):
    bought(room, "81", red_of="2" * 20)
    bought(room, "81", "2027-01-20")
    assert gateway.headers(MAKER, startTime="2027-01-01", endTime="2027-01-20") == []


@pytest.mark.parametrize(
    ("status", "flag", "purpose", "level", "managed"),
    [
        ({}, "0", "", "正常", "0"),
        ({"fpyt": "1", "skssq": "202701"}, "1", "1", "正常", "0"),
        ({"fpyt": "1", "skssq": "202612"}, "2", "1", "正常", "0"),
        ({"fpyt": "6", "skssq": "202701", "bdklx": "3"}, "1", "2", "正常", "0"),
        ({"fpyt": "2", "skssq": "202701"}, "1", "3", "正常", "0"),
        ({"ycpzzt": "02"}, "0", "", "异常凭证", "1"),
        ({"ycpzzt": "03"}, "0", "", "疑点发票", "2"),
    ],
)
def test_states_are_told_in_the_gateways_words(
    gateway: GatewayCaller, room: Room, status: dict[str, str], flag: str, purpose: str, level: str, managed: str
):
    bought(room, "81", **status)
    [item] = gateway.headers(MAKER, **JANUARY)
    found = [item[n] for n in ("authenticateFlag", "deductionPurpose", "invoiceRiskLevel", "manageStatus", "taxPeriod")]
    assert found == [flag, purpose, level, managed, status.get("skssq", "")]
    assert item["notDeductibleType"] == status.get("bdklx", "")
    assert item["notDeductibleText"] == ("用于集体福利或者个人消费" if "bdklx" in status else "")


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({"invoiceType": "27,28"}, ["27", "28"]),
        ({"invoiceType": "-1", "invoiceStatus": "7"}, ["21", "28"]),
        ({"authenticateFlags": "1,2"}, ["4"]),
        ({"authenticateFlags": "1,2", "taxPeriod": "202701"}, ["4"]),
        ({"authenticateFlags": "1,2", "taxPeriod": "202612"}, []),
        ({"salerTaxNo": "91460100MA1000010N"}, ["28"]),
        ({"invoiceNo": "27312000000000000077"}, ["27"]),
        ({"endTime": "2027-01-05"}, ["4", "27"]),
    ],
)
def test_search_options_narrow_the_list(gateway: GatewayCaller, room: Room, options: dict[str, str], kinds: list[str]):
    bought(room, "81", payload={"fphm": "27312000000000000077"})
    bought(room, "01", fpyt="1", skssq="202701")
    bought(room, "customs", "2027-01-06")
    bought(room, "61", "2027-01-06", fpzt="7")
    assert [item["invoiceType"] for item in gateway.headers(MAKER, **(JANUARY | options))] == sorted(
        kinds, key=["4", "21", "27", "28"].index
    )


def test_small_scale_companies_get_the_exact_text_and_no_task(gateway: GatewayCaller, room: Room):
    reply = gateway.call("invoiceDown", taxNo=STALL, asyncFlag="1", searchOpt=JANUARY)
    sentence = "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"
    assert (reply.code, reply.text) == ("P1201", sentence)
    assert room.get("tasks")["tasks"] == []


def test_leqi_has_no_header_download_and_every_other_channel_has(gateway: GatewayCaller):
    assert gateway.call("invoiceDown", taxNo=LEQI, asyncFlag="1", searchOpt=JANUARY).code == "P2101"
    assert [gateway.headers(owner, **JANUARY) for owner in (CERTIFIED, DISKED, AEROSPACE)] == [[], [], []]


@pytest.mark.parametrize(
    "options",
    [
        {"startTime": "2027-01-02", "endTime": "2027-01-01"},
        {"startTime": "2027-01-02"},
        {"startTime": "20270101", "endTime": "20270102"},
        {"authenticateFlags": "9"},
        {"invoiceType": "99"},
        {"taxPeriod": "2027-01"},
        [1],
    ],
)
def test_bad_search_options_are_p4001(gateway: GatewayCaller, options: object):
    assert gateway.call("invoiceDown", taxNo=MAKER, asyncFlag="1", searchOpt=options).code == "P4001"
