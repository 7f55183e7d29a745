"""What people read of requests, replies, errors and logs holds no secret, and is otherwise what came."""

import base64
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fapiao.masking import HIDDEN, masked, masked_body, masked_text
from fapiao.masking.names import names

SECRET = "Zx9" + "q7W" * 4
KEPT = "27442000000000000001"


@pytest.mark.parametrize("key", ["access_token", "Token", "appSecret", "password", "Cookie", "apiKey", "Authorization"])
def test_the_value_of_a_secret_is_hidden_however_deep_it_lies(key: str) -> None:
    assert masked({"a": [{key: "s3cret", "n": 1}]}) == {"a": [{key: HIDDEN, "n": 1}]}
    assert "s3cret" not in masked_body(json.dumps({"data": {key: "s3cret"}}).encode())


@pytest.mark.finding("F79")
@pytest.mark.parametrize(
    "key", ["document_key", "fphm", "invoiceNo", "hash", "jym", "checkCode", "pinming", "signed", "sign_date", "yyyymm",
            "校验码", "assign", "skssq", "taskNo", "account"],
)  # fmt: skip
def test_other_values_are_shown(key: str) -> None:
    assert masked({key: KEPT}) == {key: KEPT}
    for text in (f"{key}={KEPT}&x=1", json.dumps({key: KEPT}), f"<a><{key}>{KEPT}</{key}></a>", f"{key}: {KEPT}"):
        assert masked_text(text) == text


def test_a_body_is_shown_letter_for_letter() -> None:
    body = '{"amount": 12.30, "no": 27442000000000000001, "token" : "a\\"b", "名": "发票"}'
    assert masked_body(body.encode()) == body.replace('"a\\"b"', f'"{HIDDEN}"')


def test_what_is_no_text_is_shown_by_its_size() -> None:
    assert masked_body(b"\xff\xfe\x00") == "(3 bytes that are no text)"


@pytest.mark.finding("F79")
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('{"token": ["§", "§"], "n": 1}', '{"token": "***", "n": 1}'),
        ('{"cookies": {"a": {"b": "§"}}, "n": 1}', '{"cookies": "***", "n": 1}'),
        ('{"p\\u0061ssword": "§"}', '{"p\\u0061ssword": "***"}'),
        ('{"smsCode": 482913, "n": 1}', '{"smsCode": "***", "n": 1}'),
        ('{"body": "{\\"dlmm\\": \\"§\\", \\"n\\": 1}"}', '{"body": "{\\"dlmm\\": \\"***\\", \\"n\\": 1}"}'),
        ('{"name": "password", "value": "§", "n": 1}', '{"name": "password", "value": "***", "n": 1}'),
        ('{"value": "§", "n": 1, "Name": "password"}', '{"value": "***", "n": 1, "Name": "password"}'),
        ('[{"value": "§", "key": "pin"}, {"value": "1", "key": "n"}]', '[{"value": "***", "key": "pin"}, {"value": "1", "key": "n"}]'),
        ('{"val": {"a": ["§"]}, "x": [1, {"val": 5}], "param": "pin"}', '{"val": "***", "x": [1, {"val": 5}], "param": "pin"}'),
        ('{"value": 482913, "n": {}, "name": "smsCode"}', '{"value": "***", "n": {}, "name": "smsCode"}'),
        ('{"key": "password", "name": "n", "value": "§"}', '{"key": "password", "name": "n", "value": "***"}'),
        ('{"body": "{\\"value\\": \\"§\\", \\"name\\": \\"pin\\"}"}', '{"body": "{\\"value\\": \\"***\\", \\"name\\": \\"pin\\"}"}'),
        ('{"value": null, "name": "password"}', '{"value": null, "name": "password"}'),
        ('{"value": "6222021234567890", "name": "yhzh"}', '{"value": "****7890", "name": "yhzh"}'),
        ('cut: 1, "value": "§", "name": "pin"}, {"value": "1"}', 'cut: 1, "value": "***", "name": "pin"}, {"value": "1"}'),
        ('cut: {"name": "pin", "value": {"a": "§', 'cut: {"name": "pin", "value": "***"'),
        ("<p><name>password</name><value>§</value></p>", "<p><name>password</name><value>***</value></p>"),
        ("<p><value>§</value><name>password</name></p>", "<p><value>***</value><name>password</name></p>"),
        ("<p><x:val>§</x:val><br><x:key>\n<![CDATA[pin]]></x:key></p>", "<p><x:val>***</x:val><br><x:key>\n<![CDATA[pin]]></x:key></p>"),
        ("<r><p><value>§</value><name>pin</name></p><p><value>1</value><name>n</name></p></r>",
         "<r><p><value>***</value><name>pin</name></p><p><value>1</value><name>n</name></p></r>"),
        ("<p><value>6222021234567890</value><name>yhzh</name></p>", "<p><value>****7890</value><name>yhzh</name></p>"),
        ("cut: <p><name>pin</name><value>§", "cut: <p><name>pin</name><value>***"),
        ('<input id="a" value="§" name="yzm"/>', '<input id="a" value="***" name="yzm"/>'),
        ('cut: {"a": 1, "pin": "§', 'cut: {"a": 1, "pin": "***"'),
        ('{"password": null, "pin": true, "sign": "", "token": []}', '{"password": null, "pin": true, "sign": "", "token": []}'),
        ("user=a&mm=§&n=1", "user=a&mm=***&n=1"),
        ("p%61ssword=§&n=1", "p%61ssword=***&n=1"),
        ("https://u:§@h/p?access_token=§&n=1#sid=§", "https://u:***@h/p?access_token=***&n=1#sid=***"),
        ("redis://:§@host:6379/0", "redis://:***@host:6379/0"),
        ("postgresql://u:p@§/x@host/db", "postgresql://u:***@host/db"),
        ("http://host:8080/p?mail=a@b", "http://host:8080/p?mail=a@b"),
        ("Authorization: Basic §\nAccept: */*", "Authorization: ***\nAccept: */*"),
        ("Set-Cookie: JSESSIONID=§; b=§; Path=/", "Set-Cookie: ***"),
        ("<r><x:dlmm a='1'>§</x:dlmm><n>1</n></r>", "<r><x:dlmm a='1'>***</x:dlmm><n>1</n></r>"),
        ('<input name="yzm" value="§"/>', '<input name="yzm" value="***"/>'),
        ("{'pin': '§', 'n': 1}", "{'pin': '***', 'n': 1}"),
        ("您的验证码为482913，五分钟内有效", "您的验证码为***，五分钟内有效"),
        ("登录密码：§", "登录密码：***"),
        ("密码：错误，请重新输入", "密码：错误，请重新输入"),
        ("密码错误次数过多", "密码错误次数过多"),
        ("ＡＣＣＥＳＳ＿ＴＯＫＥＮ＝§", "ＡＣＣＥＳＳ＿ＴＯＫＥＮ＝***"),
        ('{"xsfyhzh": "工商银行 6222 0212 3456 7890 123"}', '{"xsfyhzh": "工商银行 ****0123"}'),
        ("gmfyhzh=62220212345678901", "gmfyhzh=****8901"),
        ("check login, password and extra of connection leqi", "check login, password and extra of connection leqi"),
    ],
)  # fmt: skip
def test_every_form_of_a_text_is_looked_into(text: str, seen: str) -> None:
    assert masked_text(text.replace("§", SECRET)) == seen


@dataclass(frozen=True)
class Wrap:
    """A text around another one, and the way back."""

    name: str
    around: Callable[[str], str]
    back: Callable[[str], str]


def _json_text(text: str) -> str:
    return json.dumps({"n": KEPT, "data": text}, ensure_ascii=False)


WRAPS = [
    Wrap("json", _json_text, lambda text: json.loads(text)["data"]),
    Wrap("ascii json", lambda t: json.dumps([{"data": t}]), lambda t: json.loads(t)[0]["data"]),
    Wrap("form", lambda t: f"n={KEPT}&data={quote_plus(t)}", lambda t: unquote_plus(t.partition("data=")[2])),
    Wrap("address", lambda t: f"https://h/p?data={quote(t, safe='')}", lambda t: unquote(t.partition("data=")[2])),
    Wrap("xml", lambda t: f"<r><data>{html.escape(t)}</data></r>", lambda t: html.unescape(t[9:-11])),
    Wrap("base64", lambda t: base64.b64encode(t.encode()).decode(), lambda t: base64.b64decode(t).decode()),
]  # fmt: skip
CARRIERS: dict[str, Callable[[str, str], str]] = {
    "object": lambda name, secret: json.dumps({"n": KEPT, name: secret}),
    "list": lambda name, secret: json.dumps({"n": KEPT, name: [secret, {"x": [secret]}]}),
    "nested": lambda name, secret: json.dumps([{"a": {"n": KEPT, name: {"deep": secret}}}]),
    "form": lambda name, secret: f"n={KEPT}&{quote_plus(name)}={quote_plus(secret)}",
    "xml": lambda name, secret: f"<r><n>{KEPT}</n><{name}>{html.escape(secret)}</{name}></r>",
    "pair": lambda name, secret: json.dumps({"n": KEPT, "name": name, "value": secret}),
    "pair, its value first": lambda name, secret: json.dumps([{"val": secret, "n": KEPT, "key": name}, {"val": KEPT}]),
    "xml pair": lambda name, secret: f"<p><n>{KEPT}</n><name>{name}</name><value>{html.escape(secret)}</value></p>",
    "xml pair, its value first": lambda name, secret: (
        f"<r><p><val>{html.escape(secret)}</val><key>{name}</key></p><p><val>{KEPT}</val></p></r>"
    ),
    "header": lambda name, secret: f"N: {KEPT}\n{name}: {secret}",
}
WRITTEN = st.sampled_from([str, str.upper, str.title, lambda name: f"x_{name}" if name in PART else name])
PART = tuple(name for name, hides in names().part.items() if hides == "value")
WHOLE = tuple(name for name, hides in names().whole.items() if hides == "value")


@pytest.mark.finding("F79")
@given(
    st.sampled_from(PART + WHOLE), WRITTEN, st.sampled_from(sorted(CARRIERS)),
    st.lists(st.sampled_from(WRAPS), max_size=3), st.from_regex(r"[A-Za-z][A-Za-z0-9+/_.~-]{11,30}", fullmatch=True),
)  # fmt: skip
def test_no_secret_under_any_name_in_any_form_at_any_depth_is_read(
    name: str, written: Callable[[str], str], carrier: str, wraps: list[Wrap], secret: str
) -> None:
    text = CARRIERS[carrier](written(name), secret)
    for wrap in wraps:
        text = wrap.around(text)
    seen = masked_text(text)
    assert masked_body(text.encode()) == seen
    for wrap in reversed(wraps):
        seen = wrap.back(seen)
    assert secret not in seen and KEPT in seen and HIDDEN in seen


harmless = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="票甲乙abc 0123-（）", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["fphm", "名称", "amount", "rows", "n"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.finding("F79")
@given(harmless)
def test_what_is_no_secret_stays_letter_for_letter(value: Any) -> None:
    assert masked(value) == value
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1), json.dumps(json.dumps(value))):
        assert masked_text(text) == text


@pytest.mark.finding("F79")
@given(st.text(max_size=200))
def test_any_text_can_be_looked_at_and_a_second_look_finds_nothing_more(text: str) -> None:
    once = masked_text(text)
    assert masked_text(once) == once


EVIL = [
    '"\\', "://a:", "&quot;", "'", '{"a":"', "<token>", "密码", "%22", "token=", '[{"sign":', '{"value":', "<value>", "</value>",
    '{"name":"password","value":[', "<val>s<name>pin</name>", '"name":"pin"}',
]  # fmt: skip


@pytest.mark.finding("F79")
@pytest.mark.parametrize("evil", EVIL)
def test_behind_a_hostile_text_a_secret_is_hidden_all_the_same(evil: str) -> None:
    """Whoever goes through such a text more than once does not come to the end of it."""
    once = masked_text(f"{evil * 20_000}\npassword={SECRET}\n")
    assert SECRET not in once
    assert masked_text(once) == once


@pytest.mark.finding("F79")
def test_texts_without_end_in_texts_are_hidden_whole() -> None:
    text = json.dumps({"password": SECRET})
    for _ in range(14):
        text = json.dumps({"a": text}) if len(text) < 100_000 else quote(text)
    assert SECRET not in masked_text(text)
