"""A line between workers and a server that can be cut, held or closed: TCP, byte by byte, in a thread of the driver."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

LOOPBACK = "127.0.0.1"
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: close answers with a reset instead of a polite end."""
_CHUNK = 65_536


class CutLine:
    """Listens on `port` and leads to whatever `upstream` says; passes everything until it is told otherwise."""

    def __init__(self, upstream: Callable[[], int]) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._refusing = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self.port = 0

    def __enter__(self) -> "CutLine":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Every connection ends with a reset, at once."""
        self._loop.call_soon_threadsafe(self._reset)

    def hold(self) -> None:
        """Nothing passes, and nobody is told; until `let_pass`."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def refuse(self) -> None:
        """As `cut`, and new connections end as they begin; until `let_pass`."""
        self._loop.call_soon_threadsafe(self._refuse)

    def let_pass(self) -> None:
        """Everything passes again; what was held goes on."""
        self._loop.call_soon_threadsafe(self._let_pass)

    def _refuse(self) -> None:
        self._refusing = True
        self._reset()

    def _let_pass(self) -> None:
        self._refusing = False
        self._passing.set()

    def _reset(self) -> None:
        for writer in list(self._open):
            _drop(writer)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._passing.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, LOOPBACK, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._reset()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _drop(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._upstream())
        except OSError:
            _drop(writer)
            return
        both = {writer, far_writer}
        self._open |= both
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        finally:
            self._open -= both
            for one in both:
                one.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


def _drop(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
