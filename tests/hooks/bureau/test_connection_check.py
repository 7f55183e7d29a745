"""A connection is tested by a real question that costs nothing, and the sentence about the answer holds no secret."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asked_of_gateway import company, gateway_connection
from asked_of_leqi import UNIT, order
from fapiao.errors import FapiaoError
from hooks.bureau.check import Checked
from hooks.bureau.connection import BureauConnection
from hooks.gateway.check import check_gateway
from hooks.gateway.hook import GatewayHook
from hooks.gateway.session import GatewaySession
from hooks.leqi.check import check_leqi
from hooks.leqi.hook import LeqiHook
from hooks.leqi.wire import LeqiWire
from launcher.connections import bureau_connection
from rehearsal import DIRECT_UNIT, KEY, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.gateway.credentials import APP_SECRET
from simulator.running import RunningSimulator

pytestmark = pytest.mark.finding("F61")
OTHER_KEY = "fedcba98765432100123456789abcdef"
Leqi = Callable[..., Checked]


@pytest.fixture
def leqi(bureau: RunningSimulator) -> Leqi:
    """Tests a connection to 乐企 that differs in these fields."""

    def check(leqi_id: str | None = None, **changed: Any) -> Checked:
        usual = {"host": bureau.url, "login": DIRECT_UNIT, "password": KEY, "extra": {"sydwptbh": UNIT}}
        return check_leqi(bureau_connection("AIRFLOW_CONN_LEQI", json.dumps(usual | changed)), leqi_id)

    return check


@pytest.fixture(scope="module")
def gateway() -> Iterator[RunningSimulator]:
    """A gateway that knows one company."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        order(simulator, "seed", companies=[company("etax")], documents=[])
        yield simulator


def gateway_of(url: str, **changed: Any) -> BureauConnection:
    """The connection to a gateway that differs in these fields."""
    fields = json.loads(gateway_connection(url)) | changed
    return bureau_connection("AIRFLOW_CONN_BUREAU_GATEWAY", json.dumps(fields))


def test_leqi_works_and_was_asked_once_about_a_ticket_of_nobody(leqi: Leqi, bureau: RunningSimulator) -> None:
    works, sentence = leqi()
    assert (works, "乐企已应答" in sentence, UNIT in sentence) == (True, True, True)
    (entry,) = bureau.bureau.journal.entries()
    assert (entry.service, entry.returncode) == ("PLFPXZSQFK", "04")
    with bureau.client() as room:
        assert room.get("/_sim/quota").json() == {"quota": []}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"password": OTHER_KEY}, "[LEQI_KEY] 4057 报文解密失败"),
        ({"password": "no key"}, "[LEQI_KEY] SM4 密钥不是 32 位十六进制数字"),
        ({"login": "JRDW999999"}, "[LEQI_DIRECT_UNIT] 4054 未查询到此直连单位"),
        ({"extra": {"sydwptbh": "SYDW999999"}}, "[LEQI_USING_UNIT] 4055 未查询到此使用单位"),
        ({"extra": {}}, "没有使用单位就验证不了密钥"),
        ({"host": "http://127.0.0.1:1"}, "[LEQI_UNREACHABLE]"),
        ({"host": ""}, "connection leqi has no host"),
        ({"extra": {"sydwptbh": UNIT, "poll_seconds": "soon"}}, "connection leqi: poll_seconds is soon"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[:16],
)  # fmt: skip
def test_what_is_wrong_with_leqi_is_said(leqi: Leqi, changed: dict[str, Any], told: str) -> None:
    works, sentence = leqi(**changed)
    assert (works, told in sentence) == (False, True), sentence
    assert not any(key in sentence for key in (KEY, OTHER_KEY))


def test_a_bureau_that_fails_itself_is_no_working_connection(leqi: Leqi, bureau: RunningSimulator) -> None:
    order(bureau, "fault", kind="platform", code="500", service="PLFPXZSQFK", times="always")
    assert leqi() == (False, "连接失败：[LEQI_PLATFORM] 500 平台异常 — 乐企平台异常，系统稍后自动重新请求，无需处理")


def test_leqi_is_asked_for_the_unit_of_a_company_where_the_connection_has_none(leqi: Leqi) -> None:
    assert leqi(leqi_id=UNIT, extra={}).works


def test_the_gateway_is_signed_in_to_and_asked_nothing_about_a_company(gateway: RunningSimulator) -> None:
    works, sentence = check_gateway(gateway_of(gateway.url))
    assert (works, "网关已应答" in sentence) == (True, True)
    assert {entry.service for entry in gateway.bureau.journal.entries()} == {"getAppToken", "login"}


@pytest.mark.parametrize(
    "changed",
    [{"password": "of somebody else"}, {"login": "nobody"}, {"extra": {"accountId": "?", "user": "u"}}],
    ids=["appSecret", "appId", "accountId"],
)
def test_a_gateway_that_refuses_is_quoted_without_secrets(gateway: RunningSimulator, changed: dict[str, Any]) -> None:
    works, sentence = check_gateway(gateway_of(gateway.url, **changed))
    assert (works, "[GATEWAY_LOGIN] P0401" in sentence) == (False, True), sentence
    assert APP_SECRET not in sentence
    assert "of somebody else" not in sentence


def test_the_hooks_answer_airflows_test_in_the_same_words(
    bureau: RunningSimulator, gateway: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WHATEVER", leqi_connection(bureau.url, sydwptbh=UNIT))
    monkeypatch.setenv("AIRFLOW_CONN_ANOTHER", gateway_connection(gateway.url))
    for hook in (LeqiHook("whatever"), GatewayHook("another")):
        works, sentence = hook.test_connection()
        hook.close()
        assert (works, "连接正常" in sentence) == (True, True), sentence


def test_what_a_form_leaves_empty_is_as_if_it_were_not_there() -> None:
    empty = dict.fromkeys(("sydwptbh", "poll_seconds", "concurrency", "timeout_seconds", "encryption"), None)
    wire = LeqiWire(BureauConnection("leqi", "https://bureau.example", None, None, "JR", KEY, empty | {"user": ""}))
    wire.close()
    assert (wire.concurrency, wire.poll_delay(7)) == (8, 7)


@pytest.mark.parametrize("written", ["many", "-1", "nan", "inf", [1]])
def test_a_number_that_is_none_is_refused_with_the_name_of_its_field(written: object) -> None:
    known = BureauConnection("leqi", "https://bureau.example", None, None, "JR", KEY, {"concurrency": written})
    with pytest.raises(FapiaoError, match=r"connection leqi: concurrency is .* a number from 0 on is expected"):
        LeqiWire(known)


@pytest.mark.finding("F81")
@pytest.mark.parametrize(
    ("host", "scheme", "warned"),
    [
        ("http://bureau.example/x", None, True),
        ("HTTP://bureau.example", None, True),
        ("bureau.example", "http", True),
        ("http://10.0.0.8:9080", None, True),
        ("https://bureau.example", None, False),
        ("bureau.example", None, False),
        ("http://127.0.0.1:9080", None, False),
        ("http://127.8.0.1", None, False),
        ("http://[::1]:9080", None, False),
        ("http://localhost:9080", None, False),
        ("http://localhost.bureau.example", None, True),
    ],
)
def test_a_bureau_in_clear_is_warned_of_in_the_log_unless_it_is_this_machine(
    caplog: pytest.LogCaptureFixture, host: str, scheme: str | None, warned: bool
) -> None:
    known = BureauConnection("leqi", host, scheme, None, "JR", KEY, {})
    with caplog.at_level(logging.WARNING):
        LeqiWire(known).close()
    assert [record.getMessage() for record in caplog.records] == ([known.unencrypted] if warned else [])
    assert bool(known.unencrypted) == warned


@pytest.mark.finding("F81")
def test_the_sentence_of_a_test_warns_too_and_the_gateway_as_well(caplog: pytest.LogCaptureFixture) -> None:
    known = BureauConnection("bureau_gateway", "http://gateway.invalid", None, None, "app", "secret!", {})
    assert "警告：连接 bureau_gateway 使用 http" in check_gateway(known).sentence
    GatewaySession(known).close()
    assert "请改用 https" in caplog.text
