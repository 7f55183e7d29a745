"""Plane O on the wire: the envelope as printed, replies in every form, tokens shared, and nothing secret ever told."""

import base64
import hashlib
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from airflow.sdk._shared.secrets_masker import redact
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from asked_of_gateway import gateway_connection
from fapiao.channels.gateway import interfaces
from fapiao.channels.gateway.interfaces import Interface
from fapiao.errors import AnswerLost, BureauError, Refused, TryLater
from hooks.gateway.cipher import Aes, encoding
from hooks.gateway.session import GatewaySession
from hooks.gateway.wire import request_id
from scripted_gateway import Script, enveloped, refused, scripted_gateway, sealed
from simulator.gateway.credentials import ACCOUNT_ID, APP_ID, APP_SECRET, TENANT_ID, USER

NOW = datetime(2027, 1, 20, 1, 2, 3, 456000, tzinfo=UTC)
DATA = {"taxPeriod": "202701", "tax": "1.10"}
Connect = Callable[..., GatewaySession]


@pytest.fixture
def gateway() -> Iterator[Script]:
    with scripted_gateway() as script:
        yield script


@pytest.fixture
def connect(gateway: Script, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Makes a session whose connection has these extras; its clock stands still."""
    made: list[GatewaySession] = []

    def make(path: str = "", now: Callable[[], datetime] = lambda: NOW, **extra: Any) -> GatewaySession:
        monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", gateway_connection(gateway.url + path, **extra))
        made.append(GatewaySession(now=now, digits=lambda: 7))
        return made[-1]

    yield make
    for session in made:
        session.close()


def ask(session: GatewaySession, interface: Interface = interfaces.TAX_PERIOD) -> Any:
    """One call."""
    return session.ask(interface, {"taxNo": "91310000MA1EXAMP07"})


@pytest.mark.req("A-46")
def test_a_call_is_the_printed_envelope_with_its_token_in_the_address(gateway: Script, connect: Connect) -> None:
    gateway.says(enveloped(DATA))

    assert ask(connect()) == DATA

    ((address, headers, body),) = gateway.business()
    assert urlsplit(address).path == "/kapi/app/rim/deduction"
    assert parse_qs(urlsplit(address).query) == {"access_token": ["access_token-2"]}
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert json.loads(body) == {
        "businessSystemCode": "FAPIAO",
        "interfaceCode": "taxperiodQuery",
        "requestId": "1800406923456007",
        "data": base64.b64encode(b'{"taxNo":"91310000MA1EXAMP07"}').decode(),
    }


def test_signing_in_is_two_steps_with_the_connections_fields(gateway: Script, connect: Connect) -> None:
    ask(connect("/tenant"))

    app, user = (json.loads(body) for _, _, body in gateway.asked[:2])
    same = {"tenantid": TENANT_ID, "accountId": ACCOUNT_ID}
    assert [address for address, _, _ in gateway.asked[:2]] == ["/tenant/api/getAppToken.do", "/tenant/api/login.do"]
    assert app == {"appId": APP_ID, "appSecret": APP_SECRET, "language": "zh_CN"} | same
    assert user == {"user": USER, "apptoken": "app_token-1", "usertype": "UserName"} | same


def test_a_verification_carries_its_data_in_clear(gateway: Script, connect: Connect) -> None:
    gateway.says(json.dumps({"data": DATA, "errorCode": "0000", "success": True}).encode())

    assert json.loads(connect().verify({"invoiceNo": "1"})) == DATA

    ((address, _, body),) = gateway.business()
    assert urlsplit(address).path == "/kapi/app/rim/message"
    assert json.loads(body) == {
        "messageType": "invoiceCheck",
        "messageId": "1800406923456007",
        "data": {"invoiceNo": "1"},
    }


@given(st.integers(10**9, 7 * 10**9), st.integers(0, 10**6))
def test_a_request_id_is_thirteen_digits_of_milliseconds_and_three_more(seconds: int, digits: int) -> None:
    found = request_id(datetime.fromtimestamp(seconds, UTC), digits)
    assert found.isdigit()
    assert len(found) == 16
    assert int(found[:13]) == seconds * 1000


@pytest.mark.parametrize("success", [True, "true", "True"])
@pytest.mark.parametrize("data", [sealed(DATA), DATA], ids=["text", "object"])
def test_a_reply_is_read_in_every_form_and_unknown_fields_are_ignored(
    gateway: Script, connect: Connect, data: Any, success: Any
) -> None:
    gateway.says(enveloped(None, data=data, success=success, novelty=[1, {"x": None}]))
    assert ask(connect()) == DATA


def test_numbers_keep_the_form_in_which_they_came(gateway: Script, connect: Connect) -> None:
    gateway.says(b'{"data":{"a":507.10,"b":"507.10","c":12345678901234567890.12},"errorCode":"0000","success":true}')
    assert ask(connect()) == {"a": "507.10", "b": "507.10", "c": "12345678901234567890.12"}


SPELLINGS = {
    "line breaks": lambda text: "\r\n".join(text[start : start + 8] for start in range(0, len(text), 8)),
    "blanks around it": lambda text: f" {text}\t",
    "URL-safe": lambda text: text.replace("+", "-").replace("/", "_"),
    "without padding": lambda text: text.rstrip("="),
    "a byte order mark": lambda text: f"\ufeff{text}",
}


@pytest.mark.finding("F23")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "marked"])
@pytest.mark.parametrize("key", ["", "secret"], ids=["base64", "aes"])
def test_base64_and_json_are_read_as_they_are_sent(
    gateway: Script, connect: Connect, spelling: str, mark: bytes, key: str
) -> None:
    inner = mark + json.dumps(DATA | {"name": "有限公司？>~ÿ"}, ensure_ascii=False).encode()
    text = Aes(key).encode(inner) if key else base64.b64encode(inner).decode()
    gateway.says(mark + enveloped(None, data=SPELLINGS[spelling](text)))
    extra = {"encoding": "aes", "encoding_key": key} if key else {}
    assert ask(connect(**extra))["taxPeriod"] == "202701"


def test_success_is_0_on_the_open_api_and_0000_elsewhere(gateway: Script, connect: Connect) -> None:
    session = connect()
    gateway.says(enveloped(DATA, "0"))
    assert ask(session, interfaces.LOGIN_CHECK) == DATA
    with pytest.raises(AnswerLost):
        ask(session)
    gateway.says(enveloped(DATA, "0000"))
    with pytest.raises(AnswerLost):
        ask(session, interfaces.LOGIN_CHECK)


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"\xff",
        enveloped(None, data="%%%"),
        enveloped(None, data="AAA="),
        enveloped([]),
        enveloped(None, data=5),
        enveloped(DATA, success=False),
        enveloped(DATA, success="no"),
        enveloped(DATA)[:-20],
    ],
)
def test_an_answer_that_cannot_be_read_proves_nothing(gateway: Script, connect: Connect, content: bytes) -> None:
    gateway.says(content)
    with pytest.raises(AnswerLost) as lost:
        ask(connect())
    assert lost.value.code == "GATEWAY_UNREADABLE"


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TryLater), (503, TryLater), (502, AnswerLost), (504, AnswerLost), (404, Refused), (302, Refused)],
)
def test_the_status_of_a_failed_call_says_what_it_proves(
    gateway: Script, connect: Connect, status: int, error: type[BureauError]
) -> None:
    gateway.says(b"", status=status)
    with pytest.raises(error) as raised:
        ask(connect())
    assert type(raised.value) is error
    assert raised.value.code == f"GATEWAY_HTTP_{status}"


def test_a_lost_application_may_be_repeated_after_three_minutes(
    gateway: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = json.loads(gateway_connection(gateway.url))
    patient["extra"] = json.dumps(
        {key: value for key, value in json.loads(patient["extra"]).items() if key != "poll_seconds"}
    )
    monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", json.dumps(patient))
    gateway.says(b"", status=504)
    with pytest.raises(AnswerLost) as lost:
        ask(GatewaySession())
    assert lost.value.wait_seconds >= 180


# Tokens


def test_one_login_serves_every_thread(gateway: Script, connect: Connect) -> None:
    session = connect()
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: ask(session), range(24)))
    assert (gateway.signed_in(), len(gateway.business())) == (1, 24)


def test_a_token_that_is_rejected_is_renewed_once_for_all_threads(gateway: Script, connect: Connect) -> None:
    session = connect()
    ask(session)
    gateway.good_tokens = {"access_token-4"}
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: ask(session), range(24)))
    assert gateway.signed_in() == 2


@pytest.mark.parametrize("answer", [(401, b""), (401, refused("P0401")), (200, refused("P0401"))])
def test_a_token_rejected_twice_is_a_refusal_after_exactly_one_more_login(
    gateway: Script, connect: Connect, answer: tuple[int, bytes]
) -> None:
    gateway.answers = [answer]
    with pytest.raises(Refused) as raised:
        ask(connect())
    assert raised.value.code == "GATEWAY_TOKEN"
    assert (gateway.signed_in(), len(gateway.business())) == (2, 2)


def test_a_token_is_renewed_before_its_two_hours_are_over(gateway: Script, connect: Connect) -> None:
    clock = [NOW]
    session = connect(now=lambda: clock[0])
    for hours, logins in ((0, 1), (1, 1), (2, 2)):
        clock[0] = NOW.replace(hour=NOW.hour + hours)
        ask(session)
        assert gateway.signed_in() == logins


@pytest.mark.finding("F96")
@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ({"data": {"success": False, "error_code": "P0401", "error_desc": "坏"}}, Refused, "GATEWAY_LOGIN"),
        ({"data": {"success": "false", "app_token": "x", "error_code": "P0401"}}, Refused, "GATEWAY_LOGIN"),
        ({"data": {"success": True}}, TryLater, "GATEWAY_SIGN_IN"),
        ({"data": {"success": True, "app_token": ["a"]}}, TryLater, "GATEWAY_SIGN_IN"),
        ({"data": {"success": True, "app_token": True}}, TryLater, "GATEWAY_SIGN_IN"),
        ({"data": {"success": True, "app_token": "a\r\nHost: b"}}, TryLater, "GATEWAY_SIGN_IN"),
        ({"data": {"success": True, "app_token": "a" * 5000}}, TryLater, "GATEWAY_SIGN_IN"),
        ({"data": {"success": None, "app_token": "x", "error_desc": "坏"}}, TryLater, "GATEWAY_SIGN_IN"),
        ({"data": None}, TryLater, "GATEWAY_SIGN_IN"),
        ({}, TryLater, "GATEWAY_SIGN_IN"),
        ([], TryLater, "GATEWAY_SIGN_IN"),
    ],
)
def test_a_login_that_goes_wrong_says_so_and_nothing_was_asked(
    gateway: Script, connect: Connect, answer: Any, error: type[BureauError], code: str
) -> None:
    gateway.sign_in = json.dumps(answer).encode()
    with pytest.raises(error) as raised:
        ask(connect())
    assert (raised.value.code, raised.value.free) == (code, error is TryLater)
    assert gateway.business() == []


@pytest.mark.finding("F96")
def test_a_login_without_a_token_says_that_there_is_none_although_the_code_says_all_is_well(
    gateway: Script, connect: Connect
) -> None:
    gateway.sign_in = json.dumps({"data": {"success": True, "error_code": "0", "app_token": None}}).encode()
    with pytest.raises(TryLater, match="登录网关：未返回令牌"):
        ask(connect())


# Once more, then no more


def test_9301_is_tried_once_more_and_then_refused(gateway: Script, connect: Connect) -> None:
    session = connect()
    gateway.says(refused("9301"), enveloped(DATA))
    assert ask(session) == DATA
    gateway.says(refused("9301", "税局执行异常，请重新进行业务操作"))
    before = len(gateway.business())
    with pytest.raises(Refused) as raised:
        ask(session)
    assert (raised.value.code, len(gateway.business()) - before) == ("GATEWAY_EXECUTION", 2)


def test_an_accepted_application_without_a_number_is_unknown(gateway: Script, connect: Connect) -> None:
    gateway.says(enveloped({"asyncFlag": "1"}))
    with pytest.raises(AnswerLost) as lost:
        connect().apply(interfaces.LAYOUT_FILES, {"taxNo": "91310000MA1EXAMP07"})
    assert lost.value.code == "GATEWAY_NO_TASK"


# AES


def test_the_key_is_sun_sha1prng_of_the_password() -> None:
    key = hashlib.sha1(hashlib.sha1(b"secret").digest()).digest()[:16]  # noqa: S324 the vendor's key rule
    nonce = bytes(range(12))
    wire = base64.b64decode(Aes("secret", lambda: nonce).encode(b"clear"))
    assert wire == nonce + AESGCM(key).encrypt(nonce, b"clear", None)


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again_and_only_with_its_key(clear: bytes) -> None:
    wire = Aes("secret").encode(clear)
    assert Aes("secret").decode(wire) == clear
    for spoilt in (wire[:-8], ""):
        with pytest.raises(ValueError):
            Aes("secret").decode(spoilt)
    with pytest.raises(ValueError):
        Aes("other").decode(wire)


@pytest.mark.parametrize(("name", "key"), [("aes", ""), ("des", "x"), ("", "x")])
def test_an_encoding_nobody_knows_or_without_key_is_refused_without_the_key(name: str, key: str) -> None:
    with pytest.raises(Refused) as raised:
        encoding(name, key)
    assert raised.value.advice
    assert not key or repr(key) not in repr(raised.value)


def test_an_aes_connection_seals_both_ways(gateway: Script, connect: Connect) -> None:
    cipher = Aes("secret")
    gateway.says(enveloped(None, data=cipher.encode(json.dumps(DATA).encode())))
    assert ask(connect(encoding="aes", encoding_key="secret")) == DATA
    body = json.loads(gateway.business()[0][2])
    assert json.loads(cipher.decode(body["data"])) == {"taxNo": "91310000MA1EXAMP07"}


# Secrets


def test_secrets_and_tokens_are_in_no_message_log_or_repr(
    gateway: Script, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx")
    session = connect(encoding_key="a-key-of-ours")
    gateway.says(refused("77", f"token access_token-2 and {APP_SECRET}: access_token=other"))
    with pytest.raises(Refused) as told:
        ask(session)
    gateway.says(b"", status=500)
    with pytest.raises(TryLater) as failed:
        ask(session)
    gateway.says(enveloped(None, data="access_token-2"))
    with pytest.raises(AnswerLost) as lost:
        ask(session)

    errors = [line for one in (told, failed, lost) for line in traceback.format_exception(one.value)]
    everything = "".join(
        [*errors, caplog.text, repr(vars(session)), *(repr(one.value) for one in (told, failed, lost))]
    )
    assert "HTTP Request: POST" in caplog.text
    for secret in ("access_token-2", "app_token-1", APP_SECRET, "a-key-of-ours", "access_token=other"):
        assert secret not in everything


def test_airflow_masks_them_too_in_what_others_log(gateway: Script, connect: Connect) -> None:
    key = "a-key-only-of-this-test"
    ask(connect(encoding_key=key))
    assert redact(f"{APP_SECRET} {key} access_token-2 app_token-1 {APP_ID}") == f"*** *** *** *** {APP_ID}"


# Files


def test_a_file_is_read_with_the_token_and_no_further_than_the_limit(gateway: Script, connect: Connect) -> None:
    session = connect()
    gateway.says(b"x" * 1000)

    assert session.download(f"{gateway.url}/doc/f1") == b"x" * 1000
    assert session.download("/doc/f1", limit=1000) == b"x" * 1000
    with pytest.raises(Refused) as refusal:
        session.download("/doc/f1", limit=999)

    assert refusal.value.code == "GATEWAY_FILE_SIZE"
    assert {parse_qs(urlsplit(call[0]).query)["access_token"][0] for call in gateway.business()} == {"access_token-2"}


def test_a_file_on_another_host_is_refused_and_gets_no_token(gateway: Script, connect: Connect) -> None:
    with scripted_gateway() as other, pytest.raises(Refused) as raised:
        connect().download(f"{other.url}/doc/f1")
    assert raised.value.code == "GATEWAY_FILE_HOST"
    assert other.asked == []


def test_a_file_that_cannot_be_had_now_is_asked_for_later_and_an_unknown_one_is_refused(
    gateway: Script, connect: Connect
) -> None:
    session = connect()
    for status, error in ((500, TryLater), (504, TryLater), (404, Refused), (302, Refused), (403, TryLater)):
        gateway.says(b"", status=status)
        with pytest.raises(error):
            session.download("/doc/f1")
