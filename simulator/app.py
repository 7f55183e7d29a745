"""Plane L as a web application: the two address forms of protocols 5.1, POST only."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.bureau import Bureau
from simulator.lines import CutResponse, DroppedResponse
from simulator.plane import serve

ADDRESSES = (
    "/access/v2/invoke/{nlbm}/{fwbm}/",
    "/access/sandbox/v2/invoke/{nlbm}/{fwbm}/",
    "/access/newsandbox/v2/invoke/{nlbm}/{fwbm}/",
)
RESPONSES: dict[str, type[Response]] = {"whole": Response, "cut": CutResponse, "dropped": DroppedResponse}


def leqi_app(bureau: Bureau) -> Starlette:
    """The application that serves plane L of this bureau."""

    async def invoke(request: Request) -> Response:
        path = request.path_params
        sending = serve(bureau, path["nlbm"], path["fwbm"], request.headers, await request.body())
        if sending.delay:
            await asyncio.sleep(sending.delay)
        return RESPONSES[sending.ending](sending.content, sending.status, media_type="application/json")

    app = Starlette(routes=[Route(address, invoke, methods=["POST"]) for address in ADDRESSES])
    app.router.redirect_slashes = False
    return app
