"""The way of bytes to a bureau: a whole call has one end of time, and it is known whether any of it has left."""

import math
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import httpcore
import httpx
from httpcore import SOCKET_OPTION

from fapiao.bounds import bound

_LEFT_OVER = attrgetter("_stream._connection._h11_state.trailing_data")
"""Of a body that httpcore reads: bytes that came behind it, and whether the other side hung up."""


class TimeIsOver(Exception):
    """A call took longer than it may; the text is the bound's sentence."""


class CallWatch(threading.local):
    """The call that this thread is making: until when, and whether a byte of it was sent."""

    until = math.inf
    sent = False

    @contextmanager
    def call(self, seconds: float) -> Iterator[None]:
        """Watches one call, which must be over in so many seconds: connecting, head and every byte of the answer."""
        self.until, self.sent = time.monotonic() + seconds, False
        try:
            yield
        finally:
            self.until = math.inf

    def left(self, timeout: float | None) -> float | None:
        """How long the next step may take. Raises TimeIsOver where the call has had its time."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeIsOver(bound("answer_patiences").said())
        return timeout if left == math.inf else min(left, math.inf if timeout is None else timeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, watch: CallWatch) -> None:
        self._inner, self._watch = inner, watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._watch.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._watch.sent = True
        self._inner.write(buffer, self._watch.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._watch.left(timeout)), self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, watch: CallWatch) -> None:
        self._watch = watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._watch.left(timeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options), self._watch)


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes], connection: httpcore.NetworkStream) -> None:
        self._inner, self._connection = inner, connection

    def __iter__(self) -> Iterator[bytes]:
        """What is behind the end of an answer would be read as the next one, so its connection carries no other."""
        yield from self._inner
        more, _ = _LEFT_OVER(self._inner)
        if more:
            self._connection.close()

    def close(self) -> None:
        if hasattr(self._inner, "close"):
            self._inner.close()


class WatchedTransport(httpx.BaseTransport):
    """Kept connections, TLS always verified; the bytes of an answer come as they were sent."""

    def __init__(self, connections: int, watch: CallWatch) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=_Backend(watch),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        found = self._pool.handle_request(
            httpcore.Request(
                request.method, target, headers=request.headers.raw, content=request.stream,
                extensions=request.extensions,
            )
        )  # fmt: skip
        body = _Body(found.stream, found.extensions["network_stream"])  # type: ignore[arg-type]
        return httpx.Response(found.status, headers=found.headers, stream=body, extensions=found.extensions)

    def close(self) -> None:
        """Closes the kept connections."""
        self._pool.close()
