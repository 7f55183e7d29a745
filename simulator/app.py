"""The public port as a web application: plane L's address forms of protocols 5.1, and plane O beside them."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.bureau import Bureau
from simulator.gateway.app import gateway_routes
from simulator.lines import CutResponse, DroppedResponse
from simulator.protocol import serve

ADDRESSES = (
    "/access/v2/invoke/{nlbm}/{fwbm}/",
    "/access/sandbox/v2/invoke/{nlbm}/{fwbm}/",
    "/access/newsandbox/v2/invoke/{nlbm}/{fwbm}/",
)
RESPONSES: dict[str, type[Response]] = {"whole": Response, "cut": CutResponse, "dropped": DroppedResponse}


def public_app(bureau: Bureau) -> Starlette:
    """The application that serves both planes of this bureau."""

    async def invoke(request: Request) -> Response:
        path = request.path_params
        sending = serve(bureau, path["nlbm"], path["fwbm"], request.headers, await request.body())
        if sending.delay:
            await asyncio.sleep(sending.delay)
        return RESPONSES[sending.ending](sending.content, sending.status, media_type="application/json")

    leqi = [Route(address, invoke, methods=["POST"]) for address in ADDRESSES]
    app = Starlette(routes=[*leqi, *gateway_routes(bureau)])
    app.router.redirect_slashes = False
    return app
