"""L7: the status of one invoice as of today."""

from dataclasses import replace

import pytest

from bureau_caller import Caller, Reply
from rehearsal_room import Room


def ask(caller: Caller, fphm: str, fplx: str = "81", kprq: str = "20270102", **more: str) -> Reply:
    return caller.call("FPZTXXCX", fplx=fplx, fphm=fphm, kprq=kprq, **more)


def test_an_untouched_invoice_is_normal_unused_and_not_entered(room: Room, caller: Caller):
    key = room.document("81", "2027-01-02")
    data = ask(caller, key).data
    assert (data["fphm"], data["fpzt"], data["ycpzzt"], data["hzsdbs"]) == (key, "0", "01", "N")
    assert (data["fpyt"], data["rzzt"], data["xfsyt"], data["zzsyhyt"], data["skssq"]) == ("0", "01", "00", "0", "")


def test_seeded_codes_come_back_unchanged(room: Room, caller: Caller):
    codes = {"fpyt": "6", "rzzt": "03", "xfsyt": "01", "cpyycbs": "9", "jdcycbs": "2", "skssq": "202612"}
    key = room.document("81", "2027-01-02", **codes)
    data = ask(caller, key).data
    assert {name: data[name] for name in codes} == codes


def test_a_change_counts_from_its_day_on(room: Room, caller: Caller):
    key = room.document("81", "2027-01-02")
    room.change(key, rzzt="02", fpyt="1", recognised_on="2027-01-06")
    before = ask(caller, key).data
    room.day("2027-01-06")
    after = ask(caller, key).data
    assert [(data["rzzt"], data["fpyt"]) for data in (before, after)] == [("01", "0"), ("02", "1")]


def test_a_tax_control_invoice_is_asked_for_by_code_and_number(room: Room, caller: Caller):
    code, number = room.document("01", "2027-01-02").split("-")
    assert ask(caller, number, "01", fpdm=code).data["fpdm"] == code
    assert ask(caller, number, "01").text == "参数校验异常：fpdm不能为空"
    assert ask(caller, number, "01", fpdm="0000000000").returncode == "04"


def test_a_document_of_a_generated_range_is_found_too(room: Room, caller: Caller):
    room.generate("81", "2027-01", 31)
    lsh = caller.call(
        "PLFPXZSQ", nsrsbh="91310000MA2000001A", kprqq="20270101", kprqz="20270104", fplx="81", sjlx="1"
    ).data["lsh"]
    row = caller.fetch("PLFPXZSQFK", "lsh", lsh).rows[1]
    assert ask(caller, row["fphm"]).data["kprq"] == row["kprq"]


@pytest.mark.parametrize("asked", [{"kprq": "20270103"}, {"fplx": "82"}, {"fphm": "27312000000000000000"}])
def test_an_invoice_that_does_not_match_is_04(room: Room, caller: Caller, asked: dict[str, str]):
    key = room.document("81", "2027-01-02")
    assert ask(caller, **{"fphm": key, **asked}).returncode == "04"


def test_somebody_elses_invoice_is_04(room: Room, caller: Caller):
    key = room.document("81", "2027-01-02")
    assert ask(replace(caller, sydwptbh="SY2"), key).returncode == "04"


def test_todays_invoice_is_not_known_yet(room: Room, caller: Caller):
    key = room.document("81", "2027-01-05")
    assert ask(caller, key, kprq="20270105").returncode == "04"
    room.day("2027-01-06")
    assert ask(caller, key, kprq="20270105").returncode == "00"
