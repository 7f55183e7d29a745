"""Tokens: two steps, two hours, one refusal, and the header as well as the query."""

import base64
import json
from datetime import datetime

import httpx
import pytest

from gateway_caller import APP, USER, GatewayCaller
from gateway_room import MAKER
from rehearsal_room import Room
from simulator.clock import SHANGHAI
from simulator.gateway import credentials


def test_an_app_token_and_then_an_access_token_of_two_hours(gateway: GatewayCaller, room: Room):
    app = gateway.post("/api/getAppToken.do", APP).json()
    assert (app["state"], app["status"], app["data"]["success"], app["data"]["error_code"]) == (
        "success",
        True,
        True,
        "0",
    )
    reply = gateway.post("/api/login.do", USER | {"apptoken": app["data"]["app_token"]}).json()["data"]
    now = room.client.get("/_sim/clock").json()["now"]
    eleven = now.replace("T09:", "T11:")
    assert datetime.fromtimestamp(reply["expire_time"] / 1000, SHANGHAI).isoformat() == eleven
    assert reply["access_token"] not in str(room.get("journal"))
    assert credentials.APP_SECRET not in str(room.get("journal"))


@pytest.mark.parametrize("wrong", [{"appId": "x"}, {"appSecret": "x"}, {"accountId": "x"}, {"tenantid": "x"}])
def test_bad_application_credentials_are_http_200_and_p0401(gateway: GatewayCaller, wrong: dict[str, str]):
    reply = gateway.post("/api/getAppToken.do", APP | wrong)
    found = reply.json()
    assert (reply.status_code, found["state"], found["status"]) == (200, "fail", False)
    assert (found["data"]["success"], found["data"]["error_code"]) == (False, "P0401")


@pytest.mark.parametrize("wrong", [{"user": "x"}, {"usertype": "x"}, {"apptoken": "x"}])
def test_bad_user_credentials_are_refused_the_same_way(gateway: GatewayCaller, wrong: dict[str, str]):
    app = gateway.post("/api/getAppToken.do", APP).json()["data"]["app_token"]
    assert gateway.post("/api/login.do", USER | {"apptoken": app} | wrong).json()["data"]["error_code"] == "P0401"


def test_a_token_that_is_missing_over_or_logged_out_is_401(gateway: GatewayCaller, room: Room):
    gateway.sign_in()
    good = gateway.token
    gateway.token = "nonsense"
    refused = gateway.call("taxLogin", taxNo=MAKER)
    assert (refused.http, refused.code) == (401, "P0401")
    gateway.token = good
    room.clock(advance_seconds=7199)
    assert gateway.call("taxLogin", taxNo=MAKER).http == 200
    room.clock(advance_seconds=1)
    assert gateway.call("taxLogin", taxNo=MAKER).http == 401
    gateway.sign_in()
    assert gateway.post("/api/logout.do", {"access_token": gateway.token}).json() == {}
    assert gateway.call("taxLogin", taxNo=MAKER).http == 401


def test_the_token_may_stand_in_the_header_and_the_address_below_a_tenant(gateway: GatewayCaller):
    token = gateway.sign_in()
    data = base64.b64encode(json.dumps({"taxNo": MAKER}).encode()).decode()
    body = {"businessSystemCode": "TEST", "interfaceCode": "taxLogin", "data": data}
    address = f"{gateway.url}/tenant-1/kapi/app/rim/deduction"
    reply: httpx.Response = gateway.client.post(address, json=body, headers={"access_token": token})
    assert (reply.status_code, reply.json()["errorCode"]) == (200, "0000")


def test_the_connection_fields_are_those_that_sign_in():
    extra = credentials.GATEWAY_CONNECTION["extra"]
    assert {name: extra[name] for name in ("tenantid", "accountId")} == {n: APP[n] for n in ("tenantid", "accountId")}
    assert (credentials.GATEWAY_CONNECTION["login"], credentials.GATEWAY_CONNECTION["password"]) == (
        APP["appId"],
        APP["appSecret"],
    )
    assert (extra["user"], extra["usertype"]) == (USER["user"], USER["usertype"])
