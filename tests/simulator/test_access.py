"""The platform's own refusals, before a service sees the request."""

from dataclasses import replace

import pytest

from bureau_caller import Caller
from rehearsal_room import US, Room


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"jrdwptbh": "nobody"}, 4054),
        ({"sydwptbh": "nobody"}, 4055),
        ({"sydwptbh": "SY-ELSEWHERE"}, 4033),
        ({"sydwptbh": "SY-NOT-YET"}, 40321),
        ({"sydwptbh": "SY-NEVER"}, 40321),
        ({"sydwptbh": "SY-COLLECTS-NOT"}, 4032),
    ],
)
def test_a_unit_that_may_not_call_is_turned_away(room: Room, caller: Caller, changed: dict[str, str], code: int):
    room.seed(
        companies=[
            {**US, "nsrsbh": "A1", "sydwptbh": "SY-ELSEWHERE", "jrdwptbh": "JR2"},
            {**US, "nsrsbh": "A2", "sydwptbh": "SY-NOT-YET", "authorised_on": "2027-01-06"},
            {**US, "nsrsbh": "A3", "sydwptbh": "SY-NEVER", "authorised_on": None},
            {**US, "nsrsbh": "A4", "sydwptbh": "SY-COLLECTS-NOT", "abilities": ["203065"]},
        ]
    )
    reply = replace(caller, **changed).call("FPZTXXCX")
    assert (reply.http_status_code, reply.sealed) == (code, False)
    assert reply.returncode == str(code)


def test_a_unit_is_let_in_from_its_authorisation_day_on(room: Room, caller: Caller):
    room.seed(companies=[{**US, "authorised_on": "2027-01-05"}])
    assert caller.call("FPZTXXCX").http_status_code == 200


@pytest.mark.parametrize(
    ("ability", "service"),
    [
        ("203067", "FPCY_NEW"),
        ("203065", "WGXSJCSHQ"),
        ("203065", "PLFPXZSQ"),
        ("203067", "nonsense"),
        ("1", "PLFPXZSQ"),
    ],
)
def test_a_service_that_is_not_there_is_4049(room: Room, caller: Caller, ability: str, service: str):
    reply = caller.open(caller.post(service, {}, ability).content)
    assert (reply.http_status_code, reply.text) == (4049, "未查询到该能力与服务")


@pytest.mark.parametrize("header", [{"fwbm": "PLFPXZSQ"}, {"nlbm": "203065"}])
def test_headers_that_contradict_the_address_are_4049(room: Room, caller: Caller, header: dict[str, str]):
    assert caller.open(caller.post("FPZTXXCX", {}, headers=header).content).http_status_code == 4049


@pytest.mark.parametrize("path", ["/access", "/access/sandbox", "/access/newsandbox"])
def test_production_and_sandbox_addresses_answer_alike(room: Room, caller: Caller, path: str):
    assert replace(caller, path=path).call("FPZTXXCX").returncode == "01"


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("PUT", 405)])
def test_only_post_is_understood(room: Room, caller: Caller, method: str, status: int):
    response = caller.client.request(method, f"{caller.url}/access/v2/invoke/203067/FPZTXXCX/")
    assert response.status_code == status


def test_an_address_without_its_last_slash_does_not_exist(room: Room, caller: Caller):
    assert caller.client.post(f"{caller.url}/access/v2/invoke/203067/FPZTXXCX").status_code == 404


def test_the_control_room_is_not_on_plane_l(room: Room, caller: Caller):
    assert caller.client.get(f"{caller.url}/_sim/journal").status_code == 404
