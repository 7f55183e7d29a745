"""Plane L on the wire: sealed as the standard says, read in every form it comes in, and the key is never told."""

import base64
import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from airflow.sdk._shared.secrets_masker import redact
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given
from hypothesis import strategies as st

from fapiao.channels.leqi.services import INVOICE_APPLY
from fapiao.errors import AnswerLost, BureauError, Refused, TryLater
from hooks.bureau.connection import BureauConnection
from hooks.bureau.session import BureauReply
from hooks.leqi.session import LeqiSession
from hooks.leqi.wire import LeqiWire, Sm4
from one_answer_server import OneAnswer, one_answer

KEY = "0123456789abcdeffedcba9876543210"
OTHER_KEY = "f" * 32
DATA = {"returncode": "00", "returnmsg": "成功", "lsh": "1" * 32}
TEXT = json.dumps(DATA, ensure_ascii=False)


@pytest.fixture
def bureau() -> Iterator[OneAnswer]:
    with one_answer() as answer:
        yield answer


@pytest.fixture
def wire(bureau: OneAnswer) -> Iterator[LeqiWire]:
    with closing(connected(bureau.url, login="JRDW000001")) as found:
        yield found


def connected(url: str, key: str = KEY, login: str = "JR", **extra: Any) -> LeqiWire:
    """The wire of a connection."""
    return LeqiWire(BureauConnection("leqi", url, None, None, login, key, extra))


def call(wire: LeqiWire) -> BureauReply:
    """One call to an ordinary service."""
    return wire.call(INVOICE_APPLY, "SYDW000001", {"nsrsbh": "91310000MA1EXAMP07"})


def sealed(text: str, key: str = KEY) -> str:
    """A text as the bureau seals it."""
    return Sm4(key).encrypt(text.encode())


def test_sm4_agrees_with_the_standards_own_example() -> None:
    """GB/T 32907-2016 A.1: key and block 0123…3210 give 681E…4246."""
    ciphertext = base64.b64decode(Sm4(KEY).encrypt(bytes.fromhex(KEY)))
    assert ciphertext[:16].hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.parametrize(("length", "padding"), [(0, 16), (1, 15), (15, 1), (16, 16), (17, 15)])
def test_a_text_is_padded_to_whole_blocks_and_a_full_block_by_another(length: int, padding: int) -> None:
    run = Cipher(SM4(bytes.fromhex(KEY)), modes.ECB()).decryptor()
    padded = run.update(base64.b64decode(Sm4(KEY).encrypt(b"x" * length))) + run.finalize()
    assert padded == b"x" * length + bytes([padding]) * padding


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again(clear: bytes) -> None:
    assert Sm4(KEY).decrypt(Sm4(KEY).encrypt(clear)) == clear


@pytest.mark.parametrize("text", ["", "no base64!", "AAAA", sealed("x", OTHER_KEY), sealed("x" * 20)[:-4]])
def test_what_was_cut_or_sealed_with_another_key_does_not_open(text: str) -> None:
    with pytest.raises(ValueError):
        Sm4(KEY).decrypt(text)


def test_a_call_carries_the_service_in_its_path_and_headers_and_its_body_sealed(
    bureau: OneAnswer, wire: LeqiWire
) -> None:
    bureau.wrapped({"Response": {"Data": DATA}})
    call(wire)
    ((path, headers, body),) = bureau.asked
    assert path == "/access/v2/invoke/203067/PLFPXZSQ/"
    assert {name: headers[name] for name in ("jrdwptbh", "sydwptbh", "nlbm", "fwbm", "access_signature")} == {
        "jrdwptbh": "JRDW000001",
        "sydwptbh": "SYDW000001",
        "nlbm": "203067",
        "fwbm": "PLFPXZSQ",
        "access_signature": "",
    }
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert json.loads(Sm4(KEY).decrypt(body.decode())) == {"nsrsbh": "91310000MA1EXAMP07"}


def test_without_encryption_the_body_goes_in_clear(bureau: OneAnswer) -> None:
    bureau.wrapped({"Response": {"Data": TEXT}})
    with closing(connected(bureau.url, "", encryption="off")) as wire:
        assert call(wire).data == DATA
    assert json.loads(bureau.asked[0][2]) == {"nsrsbh": "91310000MA1EXAMP07"}


@pytest.mark.parametrize("base", ["", "/", "/access/v2/invoke", "/access/v2/invoke/"])
def test_the_base_url_may_name_the_gateway_or_the_host(bureau: OneAnswer, base: str) -> None:
    bureau.wrapped({"Response": {"Data": DATA}})
    with closing(connected(bureau.url + base)) as wire:
        call(wire)
    assert bureau.asked[0][0] == "/access/v2/invoke/203067/PLFPXZSQ/"


@pytest.mark.parametrize("status", [200, "200"])
@pytest.mark.parametrize("as_text", [True, False], ids=["body as text", "body as object"])
@pytest.mark.parametrize("data", [sealed(TEXT), TEXT, DATA], ids=["sealed", "clear text", "clear object"])
def test_a_reply_is_read_in_every_form(
    bureau: OneAnswer, wire: LeqiWire, data: Any, as_text: bool, status: Any
) -> None:
    body = {"Response": {"RequestId": "1", "Data": data}}
    bureau.wrapped(json.dumps(body) if as_text else body, status)

    reply = call(wire)

    assert (reply.kind, reply.code, reply.text, reply.data) == ("returncode", "00", "成功", DATA)
    assert json.loads(reply.raw) == DATA


def test_the_raw_bytes_are_those_that_were_sealed(bureau: OneAnswer, wire: LeqiWire) -> None:
    text = '{"returncode":"00",  "amount": 1.10}'
    bureau.wrapped({"Response": {"Data": sealed(text)}})
    assert call(wire).raw == text.encode()


@pytest.mark.parametrize("as_text", [True, False])
def test_an_error_in_clear_is_a_code_with_its_text(bureau: OneAnswer, wire: LeqiWire, as_text: bool) -> None:
    body = {"Response": {"RequestId": "1", "Error": {"Code": "02", "Message": "参数校验失败"}}}
    bureau.wrapped(json.dumps(body) if as_text else body)
    reply = call(wire)
    assert (reply.kind, reply.code, reply.text) == ("returncode", "02", "参数校验失败")


REFUSED = {"Response": {"Error": {"Code": "4057", "Message": "报文解密失败"}}}


@pytest.mark.parametrize("status", [4057, "4057"])
@pytest.mark.parametrize(
    ("body", "text"),
    [
        (REFUSED, "报文解密失败"),
        (json.dumps(REFUSED), "报文解密失败"),
        ("报文解密失败", "报文解密失败"),
        ({"Response": {"Error": {"Code": "4057"}}}, "4057"),
        ({"Response": {"Error": "报文解密失败"}}, "报文解密失败"),
        ({"message": "x"}, '{"message":"x"}'),
        (None, "null"),
    ],
)
def test_a_refusal_of_the_platform_is_a_code_of_its_own_table(
    bureau: OneAnswer, wire: LeqiWire, body: Any, text: str, status: Any
) -> None:
    bureau.wrapped(body, status)
    reply = call(wire)
    assert (reply.kind, reply.code, reply.raw) == ("httpStatusCode", "4057", b"")
    assert text in reply.text


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"{}",
        b'{"httpStatusCode":200}',
        b'{"httpStatusCode":"ok","body":{}}',
        b'{"httpStatusCode":null,"body":{}}',
        b'{"httpStatusCode":200,"body":"{"}',
        b'{"httpStatusCode":200,"body":[]}',
        b'{"httpStatusCode":200,"body":{"Response":null}}',
        b'{"httpStatusCode":200,"body":{"Response":{}}}',
        b'{"httpStatusCode":200,"body":{"Response":{"Error":"x"}}}',
        b'{"httpStatusCode":200,"body":{"Response":{"Data":null}}}',
        b'{"httpStatusCode":200,"body":{"Response":{"Data":5}}}',
        b'{"httpStatusCode":200,"body":{"Response":{"Data":[]}}}',
        b'{"httpStatusCode":200,"body":{"Response":{"Data":"{}"}}}',
        b'{"httpStatusCode":200,"body":{"Response":{"Data":"AAAA"}}}',
        json.dumps({"httpStatusCode": 200, "body": {"Response": {"Data": sealed(TEXT, OTHER_KEY)}}}).encode(),
        json.dumps({"httpStatusCode": 200, "body": {"Response": {"Data": sealed("not json")}}}).encode(),
    ],
)
def test_an_answer_that_cannot_be_read_proves_nothing(bureau: OneAnswer, wire: LeqiWire, content: bytes) -> None:
    bureau.body = content
    with pytest.raises(AnswerLost) as lost:
        call(wire)
    assert lost.value.code == "LEQI_UNREADABLE"


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TryLater), (503, TryLater), (502, AnswerLost), (504, AnswerLost), (404, Refused), (302, Refused)],
)
def test_the_status_of_a_failed_call_says_what_it_proves(
    bureau: OneAnswer, wire: LeqiWire, status: int, error: type[BureauError]
) -> None:
    bureau.status, bureau.body = status, b""
    with pytest.raises(error) as raised:
        call(wire)
    assert raised.value.code == f"LEQI_HTTP_{status}"


@pytest.mark.parametrize("key", ["", "secret", "00" * 15, "00" * 17, "zz" * 16])
def test_a_key_is_32_hex_digits_and_a_wrong_one_is_not_repeated(key: str) -> None:
    with pytest.raises(Refused, match="32 位十六进制数字") as refused:
        connected("http://127.0.0.1:9", key)
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert not key or key not in told


def test_the_key_appears_in_no_message_log_or_repr(
    bureau: OneAnswer, wire: LeqiWire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bureau.wrapped({"Response": {"Data": sealed(TEXT, OTHER_KEY)}})
    with pytest.raises(AnswerLost) as lost:
        call(wire)
    bureau.status = 500
    with pytest.raises(TryLater) as failed:
        call(wire)
    errors = [text for one in (lost, failed) for text in traceback.format_exception(one.value)]
    told = "".join([*errors, caplog.text, repr(wire), repr(Sm4(KEY)), str(lost.value), repr(failed.value)])
    assert caplog.text
    assert KEY not in told.lower()
    assert KEY not in json.dumps([headers for _, headers, _ in bureau.asked])


def test_airflow_masks_the_key_too_in_what_others_log(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "7e57" * 8
    connection = {"conn_type": "leqi", "host": "http://127.0.0.1:9", "login": "JR", "password": key}
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", json.dumps(connection))
    LeqiSession().close()
    assert redact(f"JR {key}") == "JR ***"


@pytest.mark.finding("F22", "F91")
@pytest.mark.parametrize("status", [307, 403, 408, 429, 503])
def test_what_one_question_is_answered_holds_up_no_other(bureau: OneAnswer, wire: LeqiWire, status: int) -> None:
    bureau.status = status
    for _ in range(4):
        with pytest.raises(BureauError):
            call(wire)
    bureau.status = 200
    bureau.wrapped(json.dumps({"Response": {"RequestId": "1", "Data": sealed(TEXT)}}))
    assert call(wire).data == DATA


@pytest.mark.finding("F22")
def test_a_bureau_that_cannot_be_reached_is_left_alone_for_a_minute_at_the_most(bureau: OneAnswer) -> None:
    with closing(connected("http://127.0.0.1:9")) as wire:
        waits = []
        for _ in range(5):
            with pytest.raises(TryLater) as unreached:
                call(wire)
            waits.append((unreached.value.free, unreached.value.wait_seconds <= 60))
    assert waits == [*[(False, True)] * 3, *[(True, True)] * 2]
