"""A server that gives every call one answer, byte for byte: the forms of plane L that the simulator does not use."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class OneAnswer:
    """What is answered, and what was asked."""

    body: bytes = b"{}"
    status: int = 200
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def wrapped(self, body: Any, status: Any = 200) -> None:
        """Answers with the wrapper of protocols §5.1 from now on."""
        self.body = json.dumps({"httpStatusCode": status, "body": body}).encode()


@contextmanager
def one_answer() -> Iterator[OneAnswer]:
    """The running server; its answer may be changed at any time."""
    answer = OneAnswer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, text))
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST  # noqa: N815 as the standard library names it

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        answer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield answer
        finally:  # a test that fails must not leave a thread that keeps its process alive
            server.shutdown()
            thread.join()
