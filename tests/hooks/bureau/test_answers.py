"""The bytes of an answer on the wire: bounded while they come and while they are unpacked, over in time, never believed."""

import gzip
import json
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from fapiao.bounds import bound
from fapiao.channels.leqi.services import INVOICE_APPLY
from fapiao.errors import AnswerLost, BureauError, Refused, TryLater
from hooks.bureau.connection import BureauConnection
from hooks.leqi.wire import LeqiWire
from raw_http import OFTEN, Behaviour, RawServer, answers, head, raw_http, repeats, resets, sends

DATA = {"returncode": "00", "returnmsg": "成功", "lsh": "1" * 32}
WHOLE = json.dumps({"httpStatusCode": 200, "body": {"Response": {"Data": DATA}}}).encode()
MOST = bound("answer_bytes").value
BOMB = gzip.compress(b"0" * (1024 * 1024), 6) * 512
pytestmark = pytest.mark.finding("F24")


@pytest.fixture
def bureau() -> Iterator[RawServer]:
    with raw_http() as server:
        yield server


def connected(url: str, **extra: Any) -> LeqiWire:
    """A wire in clear whose patience is a second."""
    settings = {"encryption": "off", "timeout_seconds": 1, "poll_seconds": 0.01} | extra
    return LeqiWire(BureauConnection("leqi", url, None, None, "JR", "", settings))


def ask(server: RawServer, behaviour: Behaviour, user: str = "SY", **extra: Any) -> Any:
    """One call, met by a behaviour."""
    server.strike(behaviour)
    with closing(connected(server.url, **extra)) as wire:
        return wire.call(INVOICE_APPLY, user, {}).data


def failure(server: RawServer, behaviour: Behaviour, **extra: Any) -> BureauError:
    """How a call fails."""
    with pytest.raises(BureauError) as raised:
        ask(server, behaviour, **extra)
    return raised.value


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "two members": ("gzip", lambda whole: gzip.compress(whole[:9]) + gzip.compress(whole[9:])),
    "zeros behind it": ("gzip", lambda whole: gzip.compress(whole) + bytes(512)),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", lambda whole: zlib.compress(whole)[2:-4]),
    "identity": ("identity", bytes),
    "twice": ("gzip, deflate", lambda whole: zlib.compress(gzip.compress(whole))),
}


@pytest.mark.parametrize("kind", PACKED)
def test_a_content_encoding_that_nobody_asked_for_is_undone(bureau: RawServer, kind: str) -> None:
    name, pack = PACKED[kind]
    assert ask(bureau, answers(pack(WHOLE), 200, f"Content-Encoding: {name}")) == DATA
    assert b"accept-encoding: identity" in bureau.struck[0][1].lower()


BOMBS: dict[str, Behaviour] = {
    "gzip": answers(BOMB, 200, "Content-Encoding: gzip"),
    "gzip in gzip": answers(gzip.compress(BOMB), 200, "Content-Encoding: gzip, gzip"),
    "announced": sends([head(200, "Content-Length: 209715200"), b"x"]),
    "a length of 20 digits": sends([head(200, "Content-Length: " + "9" * 20), b"x"]),
    "in chunks": repeats(head(200, "Transfer-Encoding: chunked"), b"100000\r\n" + b"x" * 0x100000 + b"\r\n"),
    "until it is closed": repeats(head(200), b"x" * 0x100000),
    "eight encodings": answers(WHOLE, 200, "Content-Encoding: " + ",".join(["gzip"] * 8)),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_more_than_the_bound_is_not_read(bureau: RawServer, kind: str) -> None:
    found = failure(bureau, BOMBS[kind], timeout_seconds=20)
    assert (type(found), found.code) == (AnswerLost, "LEQI_BEYOND_BOUNDS"), found
    assert len(found.text) < 300


ENDLESS: dict[str, Behaviour] = {
    "a byte of the body at a time": repeats(head(200, "Content-Length: 1000000"), b" ", pause=0.3),
    "a byte of the head at a time": repeats(b"HTTP/1.1 200 OK\r\nX-A: ", b"x", pause=0.3),
    "nothing": repeats(b"", b"", pause=0.3),
    "continue, for ever": repeats(b"", b"HTTP/1.1 102 Processing\r\n\r\n", pause=0.2),
    "empty chunks of gzip": repeats(head(200, "Content-Encoding: gzip") + gzip.compress(b"")[:10], b"", pause=0.3),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_call_has_one_end_of_time_however_it_trickles(bureau: RawServer, kind: str) -> None:
    start = time.monotonic()
    found = failure(bureau, ENDLESS[kind])
    assert (type(found), found.code) == (AnswerLost, "LEQI_ANSWER_LOST")
    assert time.monotonic() - start < bound("answer_patiences").value + 1.5


UNREADABLE: dict[str, Behaviour] = {
    "brotli": answers(b"\x0b\x02\x80abc\x03", 200, "Content-Encoding: br"),
    "zstd": answers(b"\x28\xb5\x2f\xfd", 200, "Content-Encoding: zstd"),
    "an encoding with a line of its own": answers(WHOLE, 200, "Content-Encoding: \xff\xfe"),
    "gzip that is none": answers(WHOLE, 200, "Content-Encoding: gzip"),
    "gzip that is cut": answers(gzip.compress(WHOLE)[:-9], 200, "Content-Encoding: gzip"),
    "cut": sends([head(200, "Content-Length: 1000"), b"{"]),
    "reset": resets(head(200, "Content-Length: 1000") + b"{"),
    "reset before a byte": resets(),
    "no HTTP": sends([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9]),
    "a head of a megabyte": sends([b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * (1 << 20) + b"\r\n\r\n"]),
    "two lengths": sends([head(200, "Content-Length: 1", "Content-Length: 2"), b"xx"]),
    "chunks of no size": sends([head(200, "Transfer-Encoding: chunked"), b"zz\r\n"]),
    "a length of 4,000 digits": sends([head(200, "Content-Length: " + "9" * 4000), b"x"]),
    "a negative length": sends([head(200, "Content-Length: -1"), b"x"]),
}


@pytest.mark.finding("F22")
@pytest.mark.parametrize("kind", UNREADABLE)
def test_whatever_a_library_raises_is_an_answer_that_was_lost(bureau: RawServer, kind: str) -> None:
    found = failure(bureau, UNREADABLE[kind])
    assert type(found) is AnswerLost, repr(found)
    assert found.code in ("LEQI_ANSWER_LOST", "LEQI_UNREADABLE")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9",
        "http://[bad",
        "http://no such host.invalid",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1",
        "http://\x00",
        "http://" + "a" * 70_000,
        "http://xn--0.invalid",
    ],
    ids=lambda url: url[:24],
)
def test_what_provably_never_left_says_so(url: str) -> None:
    with closing(connected(url)) as wire, pytest.raises(TryLater) as raised:
        wire.call(INVOICE_APPLY, "SY", {})
    assert raised.value.code == "LEQI_UNREACHABLE"


@pytest.mark.parametrize("user", ["SY\r\nX: y", "单位", "\ud800", "x\x00"], ids=ascii)
def test_a_header_that_cannot_be_sent_never_left(bureau: RawServer, user: str) -> None:
    bureau.strike(answers(WHOLE))
    with closing(connected(bureau.url)) as wire, pytest.raises(TryLater) as raised:
        wire.call(INVOICE_APPLY, user, {})
    assert (raised.value.code, bureau.struck) == ("LEQI_UNREACHABLE", [])


def test_a_certificate_nobody_vouches_for_is_never_spoken_to(bureau: RawServer) -> None:
    assert ssl.OPENSSL_VERSION
    with closing(connected(bureau.url.replace("http:", "https:"))) as wire, pytest.raises(TryLater) as raised:
        wire.call(INVOICE_APPLY, "SY", {})
    assert raised.value.code == "LEQI_UNREACHABLE"


@pytest.mark.finding("F22")
@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_patience_that_is_asked_for_is_no_failure_of_the_row(bureau: RawServer, status: int) -> None:
    found = failure(bureau, answers(b"", status, "Retry-After: 77"))
    assert (type(found), found.code, found.wait_seconds, found.free) == (TryLater, f"LEQI_HTTP_{status}", 77, True)


@pytest.mark.finding("F22")
@pytest.mark.parametrize("said", ["", "soon", "-5", "1e9", "٣", "Retry", "0x10", "1.5", "9" * 40, "\xff"])
def test_nonsense_in_retry_after_is_ignored(bureau: RawServer, said: str) -> None:
    found = failure(bureau, answers(b"", 429, f"Retry-After: {said}".encode().decode("latin-1")))
    assert (found.code, found.wait_seconds) == ("LEQI_HTTP_429", 0.01)


@pytest.mark.finding("F22")
def test_retry_after_is_bounded(bureau: RawServer) -> None:
    found = failure(bureau, answers(b"", 429, "Retry-After: 99999999"))
    assert found.wait_seconds == bound("retry_after_seconds").value


@pytest.mark.finding("F22")
@pytest.mark.parametrize("status", [300, 302, 308, 400, 403, 404, 410, 413, 418, 451, 499, 600, 999])
def test_another_status_is_a_refusal_of_the_way_and_nobody_follows_it(bureau: RawServer, status: int) -> None:
    found = failure(bureau, answers(b"", status, f"Location: {bureau.url}/elsewhere"))
    assert (type(found), found.code, found.free) == (Refused, f"LEQI_HTTP_{status}", True)
    assert len(bureau.struck) == 1


@pytest.mark.finding("F23")
@pytest.mark.parametrize(
    "mark", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\r\n \t", b"\xef\xbb\xbf \n"], ids=repr
)
def test_byte_order_marks_and_blanks_before_any_layer_are_none_of_it(bureau: RawServer, mark: bytes) -> None:
    text = mark.decode()
    inner = text + json.dumps(DATA, ensure_ascii=False)
    body = text + json.dumps({"Response": {"Data": inner}})
    assert ask(bureau, answers(mark + json.dumps({"httpStatusCode": 200, "body": body}).encode())) == DATA


def test_a_kept_connection_serves_the_next_call(bureau: RawServer) -> None:
    bureau.strike(answers(WHOLE), times=OFTEN)
    with closing(connected(bureau.url)) as wire:
        assert [wire.call(INVOICE_APPLY, "SY", {}).code for _ in range(3)] == ["00"] * 3


def test_what_came_behind_an_answer_is_not_the_next_one(bureau: RawServer) -> None:
    other = json.dumps({"httpStatusCode": 200, "body": {"Response": {"Data": DATA | {"lsh": "2" * 32}}}}).encode()
    behind = head(200, f"Content-Length: {len(other)}") + other
    bureau.strike(sends([head(200, f"Content-Length: {len(WHOLE)}") + WHOLE + behind], close=False), times=1)
    bureau.strike(answers(WHOLE))
    with closing(connected(bureau.url)) as wire:
        assert [wire.call(INVOICE_APPLY, "SY", {}).data for _ in range(3)] == [DATA] * 3
