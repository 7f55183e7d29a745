"""The envelope of plane L: what is sealed, what comes in clear, and what a wrong key meets."""

import json
from dataclasses import replace

import pytest

from bureau_caller import Caller
from rehearsal_room import OURS, US, Room
from simulator import sm4, wire
from simulator.bureau import Bureau
from simulator.clock import Clock, morning
from simulator.running import RunningSimulator


def test_sm4_agrees_with_the_standards_own_example():
    """GB/T 32907-2016 A.1: key and block 0123…3210 give 681E…2A46."""
    example = bytes.fromhex("0123456789abcdeffedcba9876543210")
    sealed = sm4.base64.b64decode(sm4.encrypt(example, example))
    assert sealed[:16].hex() == "681edf34d206965e86b3e94f536e4246"
    assert sm4.decrypt(example, sm4.encrypt(example, example)) == example


@pytest.mark.parametrize("text", ["", "zz" * 16, "00" * 15, "00" * 17])
def test_a_key_is_32_hex_digits(text: str):
    with pytest.raises(ValueError, match="32 hex digits"):
        sm4.key_bytes(text)


def test_a_reply_is_a_wrapper_whose_body_is_text_with_sealed_data(room: Room, caller: Caller):
    room.document("81", "2027-01-02")
    response = caller.post("CXZLXZFPXX", {"gjrq": "20270103", "nsrsbh": OURS, "sjlx": "1", "fplx": "81"})
    wrapper = response.json()
    assert wrapper.keys() == {"httpStatusCode", "body"}
    inside = json.loads(wrapper["body"])["Response"]
    assert inside.keys() == {"RequestId", "Data"}
    assert isinstance(inside["Data"], str)
    assert OURS not in response.text
    assert caller.open(response.content).data["returncode"] == "00"


def test_every_call_gets_a_request_id_of_its_own(room: Room, caller: Caller):
    replies = [caller.post("FPZTXXCX", {}).json() for _ in range(2)]
    ids = [json.loads(reply["body"])["Response"]["RequestId"] for reply in replies]
    assert ids[0] != ids[1]


def test_a_wrong_key_is_4057_in_clear(room: Room, caller: Caller):
    reply = replace(caller, key=bytes(16)).call("FPZTXXCX")
    assert (reply.http_status_code, reply.returncode, reply.text) == (4057, "4057", "报文解密失败")


@pytest.mark.parametrize("body", [b"", b"{}", b"not base64", b"bm90IHNlYWxlZA=="])
def test_a_body_that_is_not_sealed_json_is_4057(room: Room, caller: Caller, body: bytes):
    ids = {"jrdwptbh": "JR1", "sydwptbh": "SY1"}
    response = caller.client.post(f"{caller.url}/access/v2/invoke/203067/FPZTXXCX/", content=body, headers=ids)
    assert response.json()["httpStatusCode"] == 4057


def test_a_parameter_failure_comes_as_error_in_clear_and_a_business_answer_as_sealed_data(room: Room, caller: Caller):
    failure = caller.call("CXZLXZFPXX")
    answer = caller.call("CXZLXZFPXX", gjrq="20270103", nsrsbh=OURS, sjlx="1", fplx="81")
    assert (failure.http_status_code, failure.returncode, failure.sealed) == (200, "01", False)
    assert (answer.http_status_code, answer.returncode, answer.sealed) == (200, "04", True)


def test_which_returncodes_come_in_clear_can_be_settled(room: Room, caller: Caller):
    room.settle(clear_codes=["04"])
    assert caller.call("CXZLXZFPXX").sealed
    assert not caller.call("CXZLXZFPXX", gjrq="20270103", nsrsbh=OURS, sjlx="1", fplx="81").sealed


def test_with_encryption_off_body_and_data_are_plain_inside_the_same_wrapper(room: Room, caller: Caller):
    with RunningSimulator(Bureau(Clock(morning(Clock().today())), None)) as plain, plain.client() as client:
        Room(client).seed(companies=[US])
        reply = Caller(plain.url, None, caller.client).call("FPTSTXXXCX", **risk_request(plain.bureau))
    assert (reply.http_status_code, reply.returncode, reply.data["fptxxxmx"]) == (200, "00", [])


def test_the_same_rows_always_pack_to_the_same_text():
    rows = [{"fphm": "1", "xsfmc": "示例"}]
    assert wire.pack(rows) == wire.pack(rows)


def risk_request(bureau: Bureau) -> dict[str, str]:
    today = f"{bureau.clock.today():%Y%m%d}"
    return {"nsrsbh": OURS, "fplx": "81", "qsrq": today, "zzrq": today, "pagesize": "10"}
