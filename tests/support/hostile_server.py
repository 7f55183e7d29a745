"""A raw HTTP server: it writes on its socket whatever an answer of the data says, whether that is HTTP or not."""

import gzip
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, BinaryIO

Headers = dict[str, str]
_LONGEST_DRIP_SECONDS = 120.0


@dataclass
class Answer:
    """What goes onto the wire: `manner` names one of MANNERS, how it is written."""

    content: bytes
    status: str = "200 OK"
    headers: Headers = field(default_factory=dict)
    manner: str = "whole"
    size: int = 0
    seconds: float = 0.05


Respond = Callable[[str, Mapping[str, str], bytes], Answer]


def _head(answer: Answer, length: int | None) -> bytes:
    headers = {"Content-Type": "application/json; charset=UTF-8"} | answer.headers
    if length is not None:
        headers = {"Content-Length": str(length)} | headers
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _whole(out: BinaryIO, answer: Answer) -> bool:
    bodiless = answer.status[:3] in ("204", "304")
    out.write(_head(answer, None) if bodiless else _head(answer, len(answer.content)) + answer.content)
    return True


def _cut_before(_: BinaryIO, __: Answer) -> bool:
    return False


def _cut_head(out: BinaryIO, answer: Answer) -> bool:
    head = _head(answer, len(answer.content))
    out.write(head[: len(head) // 2])
    return False


def _cut_body(out: BinaryIO, answer: Answer) -> bool:
    out.write(_head(answer, len(answer.content)) + answer.content[: len(answer.content) // 2])
    return False


def _longer(out: BinaryIO, answer: Answer) -> bool:
    """Content-Length says more than comes, and the connection stays open."""
    out.write(_head(answer, len(answer.content) + 100) + answer.content)
    out.flush()
    time.sleep(answer.seconds)
    return False


def _shorter(out: BinaryIO, answer: Answer) -> bool:
    out.write(_head(answer, len(answer.content) // 2) + answer.content)
    return False


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _chunked(out: BinaryIO, answer: Answer) -> bool:
    head = _head(Answer(b"", answer.status, answer.headers | {"Transfer-Encoding": "chunked"}), None)
    out.write(head + _chunk(answer.content[:7]) + _chunk(answer.content[7:]) + b"0\r\n\r\n")
    return True


def _chunked_garbage(out: BinaryIO, answer: Answer) -> bool:
    head = _head(Answer(b"", answer.status, answer.headers | {"Transfer-Encoding": "chunked"}), None)
    out.write(head + b"zz\r\n" + answer.content)
    return False


def _zipped(out: BinaryIO, answer: Answer) -> bool:
    return _whole(
        out, Answer(gzip.compress(answer.content), answer.status, answer.headers | {"Content-Encoding": "gzip"})
    )


def _lying(out: BinaryIO, answer: Answer) -> bool:
    return _whole(out, Answer(answer.content, answer.status, answer.headers | {"Content-Encoding": "gzip"}))


def _bomb(out: BinaryIO, answer: Answer) -> bool:
    """`size` megabytes of blanks, a thousandth of them on the wire."""
    megabyte = gzip.compress(b" " * 2**20)
    return _whole(out, Answer(megabyte * answer.size, answer.status, answer.headers | {"Content-Encoding": "gzip"}))


def _huge(out: BinaryIO, answer: Answer) -> bool:
    out.write(_head(answer, answer.size * 2**20))
    for _ in range(answer.size):
        out.write(b" " * 2**20)
    return False


def _endless(out: BinaryIO, answer: Answer) -> bool:
    """Chunks of blanks until the client has had enough."""
    out.write(_head(Answer(b"", answer.status, {"Transfer-Encoding": "chunked"}), None))
    for _ in range(4096):
        out.write(_chunk(b" " * 2**20))
    return False


def _drip(out: BinaryIO, answer: Answer) -> bool:
    """A byte at a time, each in time for a patience that counts from read to read."""
    out.write(_head(answer, len(answer.content)))
    return _dripped(out, answer.content, answer.seconds)


def _drip_head(out: BinaryIO, answer: Answer) -> bool:
    return _dripped(out, _head(answer, len(answer.content)) + answer.content, answer.seconds)


def _dripped(out: BinaryIO, content: bytes, seconds: float) -> bool:
    end = time.monotonic() + _LONGEST_DRIP_SECONDS
    for byte in content:
        out.write(bytes([byte]))
        out.flush()
        time.sleep(seconds)
        if time.monotonic() > end:
            return False
    return True


def _silent(_: BinaryIO, answer: Answer) -> bool:
    time.sleep(answer.seconds)
    return False


def _no_http(out: BinaryIO, answer: Answer) -> bool:
    out.write(answer.content)
    return False


def _many_headers(out: BinaryIO, answer: Answer) -> bool:
    lines = {f"X-{number}": "x" * 1000 for number in range(answer.size)}
    return _whole(out, Answer(answer.content, answer.status, lines))


MANNERS: dict[str, Callable[[BinaryIO, Answer], bool]] = {
    "whole": _whole, "cut_before": _cut_before, "cut_head": _cut_head, "cut_body": _cut_body, "longer": _longer,
    "shorter": _shorter, "chunked": _chunked, "chunked_garbage": _chunked_garbage, "zipped": _zipped, "lying": _lying,
    "bomb": _bomb, "huge": _huge, "endless": _endless, "drip": _drip, "drip_head": _drip_head, "silent": _silent,
    "no_http": _no_http, "many_headers": _many_headers,
}  # fmt: skip
"""How an answer is written; true where the connection may carry another."""


def _handler(respond: Respond) -> type[StreamRequestHandler]:
    class Handler(StreamRequestHandler):
        disable_nagle_algorithm = True
        wbufsize = 1 << 20

        def handle(self) -> None:
            with suppress(OSError):
                while self._one():
                    self.wfile.flush()
                self.wfile.flush()

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()

        def _one(self) -> bool:
            line = self.rfile.readline().decode("latin-1").split()
            if len(line) < 2:
                return False
            headers: Headers = {}
            while one := self.rfile.readline().decode("latin-1").strip():
                name, _, value = one.partition(":")
                headers[name.strip().lower()] = value.strip()
            body = self.rfile.read(int(headers.get("content-length", 0)))
            answer = respond(line[1], headers, body)
            return MANNERS[answer.manner](self.wfile, answer)

    return Handler


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is no fault of ours."""


@contextmanager
def listening(respond: Respond) -> Iterator[str]:
    """The base URL of a server on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _handler(respond)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
