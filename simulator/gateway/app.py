"""Plane O as web routes: signing in, the three business paths, layout files and the page where a person logs in."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.bureau import Bureau
from simulator.gateway import files, plane
from simulator.gateway.accounts import ONLINE, Account
from simulator.gateway.operations.table import DEDUCTION, MESSAGE, OPEN_API
from simulator.lines import CutResponse, DroppedResponse
from simulator.protocol import Sending

RESPONSES: dict[str, type[Response]] = {"whole": Response, "cut": CutResponse, "dropped": DroppedResponse}
PREFIXES = ("", "/{tenant}")
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>电子税局登录（模拟）</title>
<h1>电子税局登录（模拟）</h1>
<p>{account} · {city}：{state}</p><form method="post"><button>登录</button></form></html>"""


def gateway_routes(bureau: Bureau) -> list[BaseRoute]:
    """Every address of plane O, also below one tenant segment."""
    desk = _Desk(bureau)
    return [route for prefix in PREFIXES for route in desk.routes(prefix)]


class _Desk:
    """One method per kind of address."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    def routes(self, prefix: str) -> list[Route]:
        """The addresses below a prefix."""
        doors = [(f"/api/{name}.do", self._sign_in(name)) for name in ("getAppToken", "login", "logout")]
        works = [(f"/kapi/app/{path}", self._business(path)) for path in (DEDUCTION, OPEN_API, MESSAGE)]
        posts = [Route(prefix + address, door, methods=["POST"]) for address, door in doors + works]
        return [
            *posts,
            Route(f"{prefix}{files.ADDRESS}{{number}}", self.file, methods=["GET"]),
            Route(f"{prefix}/login", self.login, methods=["GET", "POST"]),
        ]

    async def file(self, request: Request) -> Response:
        """The bytes of a layout file."""
        number, token = request.path_params["number"], plane.token_of(request.query_params, request.headers)
        await asyncio.sleep(self._bureau.gateway.settings.latency_seconds)
        sending = plane.file(self._bureau, token, lambda: files.content(self._bureau, number), number)
        return await _respond(sending, "application/octet-stream")

    async def login(self, request: Request) -> Response:
        """The page a person logs in on."""
        query = request.query_params
        found = self._bureau.gateway.accounts.named(query.get("account", ""), query.get("city"))
        if not found:
            return HTMLResponse("没有这个账号", 404)
        now = self._bureau.clock.now()
        if request.method == "POST":
            found[0].put(ONLINE, now)
            self._bureau.gateway.work(now)
        state = found[0].state_at(now, self._bureau.gateway.settings)
        shown = {"account": escape(found[0].name), "city": escape(found[0].city), "state": state}
        return HTMLResponse(PAGE.format(**shown))

    def _sign_in(self, service: str) -> Callable[[Request], object]:
        async def serve(request: Request) -> Response:
            await asyncio.sleep(self._bureau.gateway.settings.latency_seconds)
            return await _respond(plane.sign_in(self._bureau, service, await request.body()))

        return serve

    def _business(self, path: str) -> Callable[[Request], object]:
        async def serve(request: Request) -> Response:
            token = plane.token_of(request.query_params, request.headers)
            call = plane.receive(self._bureau, path, _base(request), token, await request.body())
            with _in_flight(call.account):
                await asyncio.sleep(self._bureau.gateway.settings.latency_seconds)
                sending = plane.answer(call)
            return await _respond(sending)

        return serve


@contextmanager
def _in_flight(account: Account | None) -> Iterator[None]:
    if account is None:
        yield
        return
    account.in_flight += 1
    account.max_in_flight = max(account.max_in_flight, account.in_flight)
    try:
        yield
    finally:
        account.in_flight -= 1


async def _respond(sending: Sending, media_type: str = "application/json") -> Response:
    if sending.delay:
        await asyncio.sleep(sending.delay)
    return RESPONSES[sending.ending](sending.content, sending.status, media_type=media_type)


def _base(request: Request) -> str:
    """The address the client used, with its tenant segment if it has one."""
    tenant = request.path_params.get("tenant")
    address = f"{request.url.scheme}://{request.url.netloc}"
    return f"{address}/{tenant}" if tenant else address
