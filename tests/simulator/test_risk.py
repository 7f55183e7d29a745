"""L5: changes by the day they were established, page by page."""

from dataclasses import replace

import pytest

from bureau_caller import Caller, Reply
from rehearsal_room import OURS, SHOPS, Room

JANUARY = {"nsrsbh": OURS, "fplx": "81", "qsrq": "20270108", "zzrq": "20270110", "pagesize": "2000"}


def ask(caller: Caller, **more: str) -> Reply:
    return caller.call("FPTSTXXXCX", **{**JANUARY, **more})


def test_a_change_is_found_by_its_recognition_day_whatever_the_issue_day(room: Room, caller: Caller):
    """The manual's invoice: issued January 5, recognised January 10."""
    key = room.document("81", "2027-01-05", recognised_on="2027-01-10", ycpzzt="02")
    room.day("2027-01-11")
    assert ask(caller, qsrq="20270103", zzrq="20270105").data["fptxxxmx"] == []
    reply = ask(caller)
    [row] = reply.data["fptxxxmx"]
    assert reply.data["count"] == "1"
    assert row.pop("kprq").startswith("2027-01-05 ")
    assert row == {
        "fpdm": "",
        "fphm": key,
        "fpzt": "0",
        "ycpzzt": "02",
        "hzsdbs": "N",
        "bgrq": "2027-01-10 09:00:00",
    }


def test_what_is_not_established_yet_is_not_known(room: Room, caller: Caller):
    room.document("81", "2027-01-02", recognised_on="2027-01-10", fpzt="8")
    room.day("2027-01-09")
    assert ask(caller).data["fptxxxmx"] == []


def test_an_invoice_that_changed_twice_is_one_row_with_its_newest_status(room: Room, caller: Caller):
    key = room.document("81", "2027-01-02")
    room.change(key, fpzt="7", recognised_on="2027-01-08")
    room.change(key, fpzt="8", recognised_on="2027-01-10")
    room.day("2027-01-11")
    assert [row["fpzt"] for row in ask(caller).data["fptxxxmx"]] == ["8"]
    assert [row["fpzt"] for row in ask(caller, zzrq="20270109").data["fptxxxmx"]] == ["7"]


def test_tax_control_invoices_are_named_by_code_and_number(room: Room, caller: Caller):
    key = room.document("01", "2027-01-02", recognised_on="2027-01-08", fpzt="2")
    room.day("2027-01-11")
    [row] = ask(caller, fplx="01").data["fptxxxmx"]
    assert f"{row['fpdm']}-{row['fphm']}" == key


def test_the_cursor_walks_all_rows_and_the_page_after_the_last_is_empty(room: Room, caller: Caller):
    keys = {room.document("81", f"2026-12-0{day}", recognised_on="2027-01-08", fpzt="7") for day in range(1, 6)}
    room.day("2027-01-11")
    cursor, pages = "", []
    for _ in range(4):
        reply = ask(caller, pagesize="2", scrollId=cursor)
        cursor = reply.data["scrollId"]
        pages.append([row["fphm"] for row in reply.data["fptxxxmx"]])
        assert reply.data["count"] == "5"
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {number for page in pages for number in page} == keys


@pytest.mark.parametrize(
    "document",
    [
        {"fplx": "82"},
        {"fplx": "04"},
        {"fplx": "15"},
        {"fplx": "84"},
        {"fplx": "81", "sjlx": "2"},
    ],
)
def test_only_deductible_purchases_are_reported(room: Room, caller: Caller, document: dict[str, str]):
    room.document(kprq="2027-01-02", recognised_on="2027-01-08", fpzt="7", **document)
    room.day("2027-01-11")
    assert ask(caller, fplx=document["fplx"]).data["fptxxxmx"] == []


@pytest.mark.parametrize(("fplx", "tdys"), [("8208", ""), ("82", "12"), ("86", "16"), ("10", "12"), ("04", "16")])
def test_toll_and_farm_product_invoices_are_deductible(room: Room, caller: Caller, fplx: str, tdys: str):
    room.document(fplx, "2027-01-02", tdys=tdys, recognised_on="2027-01-08", fpzt="7")
    room.day("2027-01-11")
    assert ask(caller, fplx=fplx[:2]).data["count"] == "1"


def test_a_change_of_use_alone_is_no_risk(room: Room, caller: Caller):
    key = room.document("81", "2027-01-02")
    room.change(key, fpyt="1", skssq="202701", recognised_on="2027-01-08")
    room.day("2027-01-11")
    assert ask(caller).data["count"] == "0"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"pagesize": "2001"}, "pagesize不能超过2000"),
        ({"pagesize": "0"}, "pagesize应为大于0的整数"),
        ({"qsrq": "20261231"}, "qsrq与zzrq不能跨月"),
        ({"scrollId": "made up"}, "scrollId不是本次查询返回的游标"),
    ],
)
def test_a_wrong_parameter_is_01(room: Room, caller: Caller, wrong: dict[str, str], sentence: str):
    reply = ask(caller, **wrong)
    assert (reply.returncode, reply.text) == ("01", f"参数校验异常：{sentence}")


def test_small_scale_taxpayers_are_not_entitled(room: Room, caller: Caller):
    assert ask(replace(caller, sydwptbh="SY3"), nsrsbh=SHOPS).returncode == "11"
