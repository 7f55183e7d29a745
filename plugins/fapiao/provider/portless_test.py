"""Lets Airflow's Test button test a connection without a port, as ours are.

In Airflow 3.3.2 the page sends port 0 for none; the api-server takes that for another port than the stored one and
answers Bad Request before it asks any hook (apache/airflow pull request 73298). Nothing listens at port 0, so it means
none. To be taken out with the first Airflow that does so itself.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
_TEST = "/api/v2/connections/test"


class PortlessTest:
    """An ASGI middleware around the api-server; whatever is not a test of a connection passes as it is."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        tested = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].endswith(_TEST)
        await self._app(scope, _Repaired(receive) if tested else receive, send)


class _Repaired:
    """Hands the body on in one piece, with null for port 0."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._told = receive, False

    async def __call__(self) -> Message:
        if self._told:
            return await self._receive()
        self._told = True
        body = b""
        while (message := await self._receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                return {"type": "http.request", "body": without_port_0(body), "more_body": False}
        return message


def without_port_0(body: bytes) -> bytes:
    """The JSON of a connection with null for port 0; anything else byte for byte."""
    try:
        written = json.loads(body)
    except ValueError:
        return body
    if not isinstance(written, dict) or written.get("port") != 0:
        return body
    return json.dumps(written | {"port": None}).encode()
