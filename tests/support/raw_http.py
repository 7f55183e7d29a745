"""HTTP by bare sockets, before a bureau or alone: what no library would send, byte for byte and in any rhythm."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

Behaviour = Callable[[socket.socket, bytes], object]
"""What becomes of one call: the caller's socket, and the call as it came; false keeps the connection."""
OFTEN = 10**9


@dataclass
class Strike:
    """A behaviour, for calls that carry these bytes, so many times."""

    behaviour: Behaviour
    on: bytes
    left: int


@dataclass
class RawServer:
    """Passes calls on to `upstream`, and misbehaves where it is told to; `struck` are the calls that it misbehaved to."""

    url: str = ""
    upstream: str = ""
    strikes: list[Strike] = field(default_factory=list)
    struck: list[tuple[float, bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, behaviour: Behaviour, on: str = "", times: int = OFTEN) -> None:
        """From now on calls that carry `on` (in address, headers or body) meet this; the first strike counts."""
        with self.lock:
            self.strikes.append(Strike(behaviour, on.encode(), times))

    def relent(self) -> None:
        """Everything passes again."""
        with self.lock:
            self.strikes.clear()

    def serve(self, caller: socket.socket) -> None:
        """The calls of one connection."""
        with caller, suppress(OSError):
            while call := read_call(caller):
                if self._behaviour(call)(caller, call):
                    return

    def _behaviour(self, call: bytes) -> Behaviour:
        with self.lock:
            for strike in self.strikes:
                if strike.left and strike.on in call:
                    strike.left -= 1
                    self.struck.append((time.monotonic(), call))
                    return strike.behaviour
        return self._pass_on if self.upstream else answers(b"")

    def _pass_on(self, caller: socket.socket, call: bytes) -> None:
        head, _, body = call.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        upstream = HTTPConnection(urlsplit(self.upstream).netloc)
        upstream.request(method, target, body, headers)
        found = upstream.getresponse()
        answers(found.read(), found.status)(caller, call)
        upstream.close()


def read_call(caller: socket.socket) -> bytes:
    """One request with its body; empty where the caller has gone."""
    call = b""
    while b"\r\n\r\n" not in call:
        if not (more := caller.recv(65536)):
            return b""
        call += more
    head, _, _ = call.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    whole = len(head) + 4 + int(lengths[0] if lengths else 0)
    while len(call) < whole:
        call += caller.recv(65536)
    return call


def head(status: int = 200, *headers: str) -> bytes:
    """The head of an answer, with exactly these headers."""
    return "\r\n".join([f"HTTP/1.1 {status} Said", *headers, "", ""]).encode("latin-1")


def answers(body: bytes, status: int = 200, *headers: str) -> Behaviour:
    """An ordinary answer."""
    return sends([head(status, f"Content-Length: {len(body)}", *headers), body], close=False)


def sends(pieces: Iterable[bytes], *, pause: float = 0.0, close: bool = True) -> Behaviour:
    """These bytes, with a pause before each piece; an iterable without end is sent until the caller goes."""

    def behave(caller: socket.socket, _: bytes) -> bool:
        for piece in pieces:
            time.sleep(pause)
            caller.sendall(piece)
        return close

    return behave


def repeats(start: bytes, piece: bytes, *, pause: float = 0.0, times: int = OFTEN) -> Behaviour:
    """A start, then the same piece again and again."""

    def behave(caller: socket.socket, call: bytes) -> bool:
        caller.sendall(start)
        return bool(sends((piece for _ in range(times)), pause=pause)(caller, call))

    return behave


def resets(before: bytes = b"") -> Behaviour:
    """Some bytes, then the connection is reset."""

    def behave(caller: socket.socket, _: bytes) -> bool:
        caller.sendall(before)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return True

    return behave


@contextmanager
def raw_http(upstream: str = "") -> Iterator[RawServer]:
    """The running server; it says 200 and nothing where it has no upstream."""
    server = RawServer(upstream=upstream)
    listening = socket.create_server(("127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    callers: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                callers.append(caller)
                threading.Thread(target=server.serve, args=[caller], daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for caller in callers:
            with suppress(OSError):
                caller.close()
        accepting.join(5)
