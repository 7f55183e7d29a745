"""The rehearsal's control room, `/_sim/…` on its own port: seed, change, clock, faults, journal, quota, reset."""

from dataclasses import asdict
from typing import TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator import admin_requests as orders
from simulator import seed_loading as planting
from simulator.bureau import Bureau
from simulator.seeding import BadSeed, ChangeSeed, Seed

T = TypeVar("T")

BAD_REQUEST = 400


def admin_app(bureau: Bureau) -> Starlette:
    """The application that steers this bureau; a body it cannot use is 400 with `problems`, and nothing is done."""
    room = _ControlRoom(bureau)
    routes = [
        Route("/_sim/seed", room.seed, methods=["POST"]),
        Route("/_sim/change", room.change, methods=["POST"]),
        Route("/_sim/documents", room.documents, methods=["GET"]),
        Route("/_sim/clock", room.clock, methods=["GET", "POST"]),
        Route("/_sim/fault", room.fault, methods=["GET", "POST", "DELETE"]),
        Route("/_sim/settings", room.settings, methods=["GET", "POST"]),
        Route("/_sim/session", room.session, methods=["GET", "POST"]),
        Route("/_sim/period", room.period, methods=["POST"]),
        Route("/_sim/tasks", room.tasks, methods=["GET"]),
        Route("/_sim/journal", room.journal, methods=["GET"]),
        Route("/_sim/quota", room.quota, methods=["GET"]),
        Route("/_sim/reset", room.reset, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={BadSeed: _refuse})


class _ControlRoom:
    """One method per address; GET shows, POST does."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    async def seed(self, request: Request) -> Response:
        keys = planting.plant(self._bureau, await _body(request, Seed))
        return JSONResponse({"documents": keys, "held": len(self._bureau.store)})

    async def change(self, request: Request) -> Response:
        self._bureau.work()
        return JSONResponse({"changed": planting.change(self._bureau, await _body(request, ChangeSeed))})

    async def documents(self, request: Request) -> Response:
        self._bureau.work()
        today, key = self._bureau.clock.today(), request.query_params.get("key")
        shown = [
            {"key": one.key, "nsrsbh": owner, "sjlx": sjlx, "fplx": one.facts.kind, "statuses": one.status_on(today)}
            for one in self._bureau.store.seeded()
            for owner, sjlx, _ in (one.identity,)
            if key in (None, one.key)
        ]
        return JSONResponse({"documents": shown})

    async def clock(self, request: Request) -> Response:
        clock = self._bureau.clock
        if request.method == "POST":
            orders.move(self._bureau, await _body(request, orders.ClockOrder))
        return JSONResponse({"now": clock.now().isoformat(), "frozen": clock.frozen})

    async def fault(self, request: Request) -> Response:
        faults = self._bureau.faults
        if request.method == "POST":
            faults.add(orders.fault(await _body(request, orders.FaultOrder)))
        elif request.method == "DELETE":
            faults.clear()
        return JSONResponse({"faults": [asdict(pending) for pending in faults.pending()]})

    async def settings(self, request: Request) -> Response:
        bureau = self._bureau
        if request.method == "POST":
            orders.settle(bureau, await _body(request, orders.SettingsOrder))
        shown = {"readiness": asdict(bureau.readiness), "clear_codes": sorted(bureau.clear_codes)}
        return JSONResponse(shown | {"gateway": asdict(bureau.gateway.settings)})

    async def session(self, request: Request) -> Response:
        bureau, gateway = self._bureau, self._bureau.gateway
        if request.method == "POST":
            orders.session(bureau, await _body(request, orders.SessionOrder))
        now = bureau.clock.now()
        gateway.work(now)
        served: dict[tuple[str, str], list[str]] = {}
        for company in bureau.registry:
            if company.receiving:
                served.setdefault(company.receiving, []).append(company.nsrsbh)
        rows = [a.shown(served.get((a.name, a.city), []), now, gateway.settings) for a in gateway.accounts]
        return JSONResponse({"sessions": rows})

    async def period(self, request: Request) -> Response:
        order = await _body(request, orders.PeriodOrder)
        orders.period(self._bureau, order)
        return JSONResponse({"taxNo": order.tax_no, "skssq": order.skssq})

    async def tasks(self, request: Request) -> Response:
        self._bureau.work()
        return JSONResponse({"tasks": self._bureau.gateway.shown_tasks(request.query_params.get("taxNo"))})

    async def journal(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            raise BadSeed(["since must be a call number"])
        return JSONResponse({"calls": self._bureau.journal.rows(request.query_params.get("service"), int(since))})

    async def quota(self, _request: Request) -> Response:
        board = self._bureau.ledger.board(self._bureau.clock.today())
        lines = [{**asdict(usage.key), **asdict(usage)} for usage in board]
        return JSONResponse({"quota": [{name: line[name] for name in line if name != "key"} for line in lines]})

    async def reset(self, _request: Request) -> Response:
        self._bureau.reset()
        return JSONResponse({"held": len(self._bureau.store)})


async def _refuse(_request: Request, error: Exception) -> Response:
    problems = error.problems if isinstance(error, BadSeed) else [str(error)]
    return JSONResponse({"problems": problems}, BAD_REQUEST)


async def _body(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as error:
        raise BadSeed([str(error)]) from error
