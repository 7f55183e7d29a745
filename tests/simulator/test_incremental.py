"""L4: one 归集日期 at a time, today and the seven days before it."""

import pytest

from bureau_caller import Caller
from rehearsal_room import OURS, Room

NOTHING = ("04", "未查到符合条件的数据")


def ask(caller: Caller, gjrq: str, fplx: str = "81", **more: str) -> list[str] | tuple[str, str]:
    reply = caller.call("CXZLXZFPXX", gjrq=gjrq, nsrsbh=OURS, sjlx="1", fplx=fplx, **more)
    return [row["fphm"] for row in reply.rows] if reply.returncode == "00" else (reply.returncode, reply.text)


def test_an_invoice_enters_on_its_collection_day_not_on_its_issue_day(room: Room, caller: Caller):
    """The manual's invoice A: issued January 5, collected January 6."""
    key = room.document("81", "2027-01-05", collected_on="2027-01-06")
    room.day("2027-01-07")
    assert ask(caller, "20270105") == NOTHING
    assert ask(caller, "20270106") == [key]


def test_a_latecomer_enters_on_the_day_it_arrives(room: Room, caller: Caller):
    key = room.document("81", "2026-11-20", collected_on="2027-01-03")
    assert ask(caller, "20270103") == [key]


def test_the_reply_repeats_the_question_and_counts_packages(room: Room, caller: Caller):
    room.document("81", "2027-01-02")
    reply = caller.call("CXZLXZFPXX", gjrq="20270103", nsrsbh=OURS, sjlx="1", fplx="81")
    asked = {name: reply.data[name] for name in ("packagecount", "nsrsbh", "gjrq", "fplx", "sjlx")}
    assert asked == {"packagecount": "1", "nsrsbh": OURS, "gjrq": "20270103", "fplx": "81", "sjlx": "1"}


def test_without_a_package_number_the_first_is_meant_and_past_the_last_is_01(room: Room, caller: Caller):
    room.generate("81", "2026-12", 62_031)
    sizes = [len(ask(caller, "20270101", **package)) for package in ({}, {"packageno": "2"})]
    assert sizes == [2000, 1]
    assert ask(caller, "20270101", packageno="3") == ("01", "参数校验异常：packageno超出总包数2")


@pytest.mark.parametrize("gjrq", ["20261229", "20270105"])
def test_seven_days_back_and_today_may_be_asked(room: Room, caller: Caller, gjrq: str):
    """As printed: eight values, on July 20 from July 13 to July 20."""
    assert ask(caller, gjrq) == NOTHING


@pytest.mark.parametrize("gjrq", ["20261228", "20270106"])
def test_the_eighth_day_back_and_tomorrow_may_not(room: Room, caller: Caller, gjrq: str):
    assert ask(caller, gjrq) == ("01", "参数校验异常：gjrq应为当前日期前7天内的某一天或当天")


def test_todays_increment_is_there_from_eight_o_clock(room: Room, caller: Caller):
    key = room.document("81", "2027-01-04")
    room.clock(set="2027-01-05T07:59:00+08:00")
    assert ask(caller, "20270105") == NOTHING
    room.clock(advance_seconds=60)
    assert ask(caller, "20270105") == [key]


def test_a_changed_invoice_enters_again_on_the_next_day(room: Room, caller: Caller):
    key = room.document("81", "2026-11-20")
    room.change(key, fpzt="7", recognised_on="2027-01-02")
    quiet = room.document("81", "2026-11-21")
    room.change(quiet, fpzt="7", recognised_on="2027-01-02", recollect=False)
    assert ask(caller, "20270103") == [key]


def test_sales_have_no_increment_any_more(room: Room, caller: Caller):
    reply = caller.call("CXZLXZFPXX", gjrq="20270103", nsrsbh=OURS, sjlx="2", fplx="81")
    assert (reply.returncode, reply.text) == ("01", "参数校验异常：sjlx的值2不在代码表中")


def test_asking_costs_no_quota(room: Room, caller: Caller):
    for _ in range(10):
        ask(caller, "20270103")
    assert room.get("quota")["quota"] == []


def test_customs_and_withholding_documents_have_their_own_increments(room: Room, caller: Caller):
    customs, withheld = room.document("customs", "2027-01-02"), room.document("withholding", "2027-01-02")
    one = caller.call("CXZLXZHGJKSXX", gjrq="20270103", nsrsbh=OURS, hgjkslx="1")
    two = caller.call("CXZLXZZZSDKDJWSPZXX", gjrq="20270103", kjywrsbh=OURS)
    assert [row["hgjkshm"] for row in one.rows] == [customs]
    assert [row["dkdjwspzh"] for row in two.rows] == [withheld]
    assert caller.call("CXZLXZHGJKSXX", gjrq="20270103", nsrsbh=OURS).returncode == "01"


def test_nothing_issued_before_the_authorisation_enters(room: Room, caller: Caller):
    room.document("81", "2024-12-31", collected_on="2027-01-03")
    assert ask(caller, "20270103") == NOTHING
