"""Every disturbance a client must survive, on demand and exactly as often as asked for."""

import gzip
from dataclasses import replace

import httpx
import pytest

from bureau_caller import Caller, Reply
from rehearsal_room import OURS, Room

APPLY = {"nsrsbh": OURS, "kprqq": "20261201", "kprqz": "20261231", "fplx": "81", "sjlx": "1"}
INCREMENT = {"gjrq": "20270101", "nsrsbh": OURS, "sjlx": "1", "fplx": "81"}


def increment(caller: Caller, **more: str) -> Reply:
    return caller.call("CXZLXZFPXX", **INCREMENT, **more)


@pytest.fixture
def stocked(room: Room) -> Room:
    """A room where December 31 has 2001 invoices, collected January 1."""
    room.generate("81", "2026-12", 62_031)
    return room


@pytest.mark.parametrize(("code", "status"), [("", 500), ("502", 502), ("503", 503)])
def test_http_5xx_is_no_answer_of_the_bureau_and_nothing_was_done(room: Room, caller: Caller, code: str, status: int):
    room.fault("http_500", service="PLFPXZSQ", code=code)
    assert caller.post("PLFPXZSQ", APPLY).status_code == status
    assert room.get("journal")["calls"][-1]["http_status_code"] == status
    assert room.get("quota")["quota"] == []
    assert caller.call("PLFPXZSQ", **APPLY).returncode == "00"


@pytest.mark.parametrize("code", [-1, 500, 5001, 4057, 4032, 429])
def test_a_platform_code_is_answered_in_clear_without_reaching_the_service(room: Room, caller: Caller, code: int):
    room.fault("platform", code=code)
    reply = caller.call("PLFPXZSQ", **APPLY)
    assert (reply.http_status_code, reply.sealed) == (code, False)
    assert room.get("quota")["quota"] == []


def test_flow_control_says_the_bureaus_sentence(room: Room, caller: Caller):
    room.fault("platform", code=429)
    assert increment(caller).text == "当前访问请求较多，请5分钟后重试，将访问并发控制在5以内"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "quota_refused"}, "03"),
        ({"kind": "unknown_returncode"}, "77"),
        ({"kind": "returncode", "code": "09"}, "09"),
        ({"kind": "returncode", "code": "99", "text": "系统级异常"}, "99"),
    ],
)
def test_a_returncode_can_be_forced_and_costs_no_quota(room: Room, caller: Caller, fault: dict[str, str], code: str):
    room.fault(**fault)
    assert caller.call("PLFPXZSQ", **APPLY).returncode == code
    assert room.get("quota")["quota"] == []


def test_a_cut_reply_announces_more_than_it_sends(stocked: Room, caller: Caller):
    stocked.fault("cut_reply")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        increment(caller)
    assert increment(caller).returncode == "00"


def test_a_dropped_reply_leaves_an_accepted_application_behind(room: Room, caller: Caller):
    room.fault("drop_reply", service="PLFPXZSQ")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        caller.call("PLFPXZSQ", **APPLY)
    [line] = room.get("quota")["quota"]
    [call] = room.get("journal")["calls"]
    assert line["this_month"] == 1
    assert (call["returncode"], call["faults"]) == ("00", ["drop_reply"])
    assert caller.call("PLFPXZSQ", **APPLY).returncode == "03"


def test_a_drop_waits_for_an_acceptance(room: Room, caller: Caller):
    room.fault("drop_reply")
    assert caller.call("PLFPXZSQ").returncode == "01"
    assert room.get("fault")["faults"][0]["times"] == 1


def test_a_slow_reply_outlasts_a_clients_patience(room: Room, caller: Caller):
    room.fault("slow", seconds=1)
    patience = httpx.Timeout(20, read=0.1)
    with httpx.Client(trust_env=False, timeout=patience) as hasty, pytest.raises(httpx.ReadTimeout):
        replace(caller, client=hasty).call("FPZTXXCX")
    assert caller.call("FPZTXXCX").returncode == "01"


def test_a_reply_can_be_ten_megabytes(room: Room, caller: Caller):
    room.fault("huge_reply")
    response = caller.post("PLFPXZSQ", APPLY)
    assert len(response.content) > 10 * 1024 * 1024
    assert len(caller.open(response.content).data["lsh"]) == 32


def test_a_package_can_be_something_else_than_gzip(stocked: Room, caller: Caller):
    stocked.fault("wrong_gzip")
    with pytest.raises(gzip.BadGzipFile):
        _ = increment(caller).rows
    assert len(increment(caller).rows) == 2000


def test_a_package_can_lose_a_row(stocked: Room, caller: Caller):
    stocked.fault("rows_missing")
    assert [len(increment(caller).rows) for _ in range(2)] == [1999, 2000]


@pytest.mark.parametrize("differing", [False, True])
def test_a_row_can_come_twice_alike_or_different(stocked: Room, caller: Caller, differing: bool):
    stocked.fault("duplicate_row", differing=differing)
    *_, one, twin = increment(caller).rows
    assert one["fphm"] == twin["fphm"]
    assert (one != twin) is differing


def test_the_package_count_can_change_between_packages(stocked: Room, caller: Caller):
    stocked.fault("packagecount_changes", match={"packageno": "2"})
    counts = [increment(caller, packageno=number).data["packagecount"] for number in ("1", "2", "1")]
    assert counts == ["2", "3", "2"]


def test_the_risk_count_can_change_between_pages(room: Room, caller: Caller):
    room.document("81", "2026-12-02", recognised_on="2027-01-02", fpzt="7")
    room.fault("count_changes", service="FPTSTXXXCX")
    request = {"nsrsbh": OURS, "fplx": "81", "qsrq": "20270101", "zzrq": "20270104", "pagesize": "10"}
    assert [caller.call("FPTSTXXXCX", **request).data["count"] for _ in range(2)] == ["2", "1"]


def test_a_task_can_fail_for_good(stocked: Room, caller: Caller):
    lsh = caller.call("PLFPXZSQ", **APPLY).data["lsh"]
    stocked.fault("task_fails", service="PLFPXZSQFK")
    replies = [caller.call("PLFPXZSQFK", lsh=lsh, packageno="1") for _ in range(3)]
    assert [reply.data.get("cljg") for reply in replies] == [None, "3", "3"]


def test_a_fault_that_needs_rows_is_not_spent_on_a_10(stocked: Room, caller: Caller):
    stocked.fault("rows_missing", service="PLFPXZSQFK")
    lsh = caller.call("PLFPXZSQ", **APPLY).data["lsh"]
    assert caller.call("PLFPXZSQFK", lsh=lsh, packageno="1").returncode == "10"
    assert len(caller.call("PLFPXZSQFK", lsh=lsh, packageno="1").rows) == 1999


def test_a_fault_strikes_as_often_as_asked_and_only_its_service(room: Room, caller: Caller):
    room.fault("unknown_returncode", service="CXZLXZFPXX", times=2)
    assert caller.call("FPZTXXCX").returncode == "01"
    assert [increment(caller).returncode for _ in range(3)] == ["77", "77", "04"]


def test_always_lasts_until_it_is_cleared(room: Room, caller: Caller):
    room.fault("unknown_returncode", times="always")
    assert [increment(caller).returncode for _ in range(3)] == ["77"] * 3
    room.client.delete("/_sim/fault")
    assert increment(caller).returncode == "04"


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"kind": "gremlins"}, "kind 'gremlins' is unknown"),
        ({"kind": "slow", "times": 0}, 'times must be a number from 1 on, or "always"'),
        ({"kind": "platform", "code": 12}, "code must be one of 200"),
        ({"kind": "returncode"}, "kind returncode needs a code"),
        ({"kind": "http_500", "code": "200"}, "code must be a status from 500 to 599"),
        ({"kind": "slow", "speed": 1}, "unknown field `speed`"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(room: Room, order: dict[str, object], sentence: str):
    [problem] = room.problems("fault", order)
    assert sentence in problem
    assert room.get("fault")["faults"] == []
