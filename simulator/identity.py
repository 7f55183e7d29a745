"""The simulator says on each of its answers that it is one: nobody takes it for a bureau."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER, NAME = "Fapiao-Rehearsal", "simulator"


def signed(app: ASGIApp) -> ASGIApp:
    """The application, with the header on every answer, of whatever status."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = NAME
            await send(message)

        await app(scope, receive, send_signed)

    return answering
