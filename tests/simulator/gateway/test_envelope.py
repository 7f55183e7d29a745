"""The envelope: base64 or AES-128-GCM, dispatch by interfaceCode, and P4001 for whatever cannot be used."""

import base64
import hashlib
import json
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway_caller import GatewayCaller, opened
from gateway_room import MAKER
from rehearsal_room import Room
from simulator.gateway import credentials
from simulator.gateway.operations.table import OPERATIONS


def body(data: object, code: str = "taxLogin") -> dict[str, object]:
    return {"businessSystemCode": "TEST", "interfaceCode": code, "requestId": "1" * 16, "data": data}


def encoded(data: object) -> str:
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_a_success_says_so_on_each_path_in_its_own_way(gateway: GatewayCaller):
    assert gateway.call("taxLogin", taxNo=MAKER).code == "0000"
    assert gateway.call("ext.etaxLoginCheck", taxNo=MAKER).code == "0"


def test_a_failure_carries_no_data(gateway: GatewayCaller):
    token = gateway.sign_in()
    found = gateway.post("/kapi/app/rim/deduction", body(encoded({"taxNo": "x"})), access_token=token).json()
    assert found == {
        "message": f"税号:x,不在租户:{credentials.TENANT_ID} 范围内",
        "errorCode": "1130",
        "success": False,
        "status": False,
    }


@pytest.mark.parametrize(
    "broken",
    [
        body("%%%"),
        body(encoded([1])),
        body(encoded({"taxNo": MAKER}), "noSuchThing"),
        body(encoded({"taxNo": MAKER}), "ext.etaxLoginCheck"),
        body(encoded({})),
        body(encoded({"taxNo": MAKER})) | {"businessSystemCode": ""},
        body(encoded({"taxNo": MAKER})) | {"businessSystemCode": "ELEVENCHARS"},
        [],
    ],
)
def test_what_cannot_be_used_is_p4001_with_http_200(gateway: GatewayCaller, broken: object):
    token = gateway.sign_in()
    reply = opened(gateway.post("/kapi/app/rim/deduction", broken, access_token=token))
    assert (reply.http, reply.code) == (200, "P4001")


def test_aes_is_gcm_with_a_key_of_sha1_of_sha1(gateway: GatewayCaller, room: Room):
    room.settle(gateway={"encoding": "aes"})
    key = hashlib.sha1(hashlib.sha1(credentials.AES_PASSWORD.encode()).digest()).digest()[:16]  # noqa: S324 - the rule of the vendor
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, json.dumps({"taxNo": MAKER}).encode(), None)
    sent = body(base64.b64encode(sealed).decode())
    found = gateway.post("/kapi/app/rim/deduction", sent, access_token=gateway.sign_in()).json()
    raw = base64.b64decode(found["data"])
    assert json.loads(AESGCM(key).decrypt(raw[:12], raw[12:], None))["taxNo"] == MAKER
    assert gateway.post("/kapi/app/rim/deduction", body(encoded({"taxNo": MAKER})), access_token=gateway.token).json()[
        "errorCode"
    ] == ("P4001")


def test_every_operation_of_ours_that_no_page_names_says_ext():
    named = {
        "taxLogin", "invoiceDown", "invoiceDownQuery", "taxperiodQuery", "taxperiodChange", "invoiceSelect", "invoiceSelectQuery",
        "statisticQuery", "statisticCreate", "statisticCreateQuery", "statisticConfirm", "ALLE.ACCOUNT.CHECK", "invoiceCheck",
    }  # fmt: skip
    assert {code for _, code in OPERATIONS if not code.startswith("ext.")} == named


def test_the_journal_shows_what_was_asked_decoded_and_never_a_password(gateway: GatewayCaller, room: Room):
    gateway.call("statisticConfirm", taxNo=MAKER, password="s3cret", asyncFlag="1")
    [call] = room.get("journal", service="statisticConfirm")["calls"]
    assert (call["plane"], call["ability"], call["account"], call["in_flight"]) == (
        "O",
        "rim/deduction",
        "sim-shared",
        1,
    )
    assert call["request"] == {"taxNo": MAKER, "asyncFlag": "1"}
    assert "s3cret" not in str(room.get("journal"))
