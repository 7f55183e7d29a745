"""Two web servers on one event loop: planes L and O for hooks, `/_sim` on its own port for people and tests."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from simulator.admin import admin_app
from simulator.app import public_app
from simulator.bureau import Bureau
from simulator.identity import signed
from simulator.lines import DroppableProtocol

POLL_SECONDS = 0.005


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the pair."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


class Servers:
    """Both planes of one bureau; ports are bound when it is made, so they are known before anything runs."""

    def __init__(self, bureau: Bureau, host: str, port: int = 0, admin_host: str = "", admin_port: int = 0) -> None:
        self._sockets = [_listen(host, port), _listen(admin_host or host, admin_port)]
        self._servers = [_server(signed(public_app(bureau))), _server(admin_app(bureau))]

    @property
    def port(self) -> int:
        """Where planes L and O listen."""
        return int(self._sockets[0].getsockname()[1])

    @property
    def admin_port(self) -> int:
        """Where /_sim listens."""
        return int(self._sockets[1].getsockname()[1])

    @property
    def started(self) -> bool:
        """Whether both answer."""
        return all(server.started for server in self._servers)

    def stop(self) -> None:
        """Ask both to end; callable from any thread."""
        for server in self._servers:
            server.should_exit = True

    async def run(self) -> None:
        """Serve until stopped."""
        pairs = zip(self._servers, self._sockets, strict=True)
        await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in pairs))

    async def wait_until_started(self) -> None:
        """Return once both answer."""
        while not self.started:
            await asyncio.sleep(POLL_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only where the protocol is named; without it every reply takes 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(f"{host}:{port} cannot be used ({error.strerror}); choose another port or address.") from error
    return listener


def _server(app: ASGIApp) -> _Server:
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)
