"""Test of a connection without a port reaches its hook; every other request passes byte for byte."""

import asyncio
import json
from typing import Any

import pytest

from fapiao.provider.portless_test import PortlessTest

pytestmark = pytest.mark.finding("F61")
TEST = "/api/v2/connections/test"
PAGE = b'{"connection_id":"leqi","host":"h","port":0,"password":"***"}'


def passed(path: str, *pieces: bytes, method: str = "POST", kind: str = "http") -> bytes:
    """The body that the api-server reads of a request whose body comes in these pieces."""
    coming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces[:-1]]
    coming += [{"type": "http.request", "body": pieces[-1]}, {"type": "http.disconnect"}]
    read: list[bytes] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request":
            read.append(message.get("body", b""))

    async def receive() -> Any:
        return coming.pop(0)

    asyncio.run(PortlessTest(application)({"type": kind, "method": method, "path": path}, receive, None))  # type: ignore[arg-type]
    assert coming == [], "the api-server hears of the end"
    return b"".join(read)


@pytest.mark.parametrize("pieces", [[PAGE], [PAGE[:20], PAGE[20:]], [b"", PAGE, b""]], ids=["one", "two", "empty"])
@pytest.mark.parametrize("prefix", ["", "/airflow"])
def test_port_0_of_a_tested_connection_is_none(prefix: str, pieces: list[bytes]) -> None:
    assert json.loads(passed(prefix + TEST, *pieces)) == json.loads(PAGE) | {"port": None}


@pytest.mark.parametrize("body", [b'{"port": 443, "host":"h"}', b'{"host": "h"}', b"[0]", b"\xff no JSON", b""])
def test_whatever_names_no_port_0_is_passed_on_as_it_came(body: bytes) -> None:
    assert passed(TEST, body) == body


@pytest.mark.parametrize(("path", "method"), [("/api/v2/connections", "POST"), (TEST, "PATCH"), ("/test", "POST")])
def test_other_requests_are_not_looked_into(path: str, method: str) -> None:
    assert passed(path, PAGE, method=method) == PAGE


def test_what_is_no_request_is_passed_on() -> None:
    assert passed(TEST, PAGE, kind="websocket") == PAGE
