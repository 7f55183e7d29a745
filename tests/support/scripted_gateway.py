"""A gateway that signs anybody in and gives scripted answers, byte for byte: forms the simulator does not use."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SIGN_IN = {"getAppToken.do": "app_token", "login.do": "access_token"}


@dataclass
class Script:
    """`answers` are given to business calls in order, the last one for ever; `asked` is (address, headers, body)."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, enveloped({}))])
    good_tokens: set[str] | None = None
    """Access tokens that are taken; None takes any."""
    sign_in: bytes | None = None
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    given: int = 0

    def says(self, *bodies: bytes, status: int = 200) -> None:
        """The answers to come."""
        self.answers = [(status, body) for body in bodies]

    def business(self) -> list[tuple[str, dict[str, str], bytes]]:
        """What was asked beside signing in."""
        return [call for call in self.asked if _operation(call[0]) not in SIGN_IN]

    def signed_in(self) -> int:
        """How often somebody logged in."""
        return sum(_operation(call[0]) == "login.do" for call in self.asked)

    def answer(self, address: str) -> tuple[int, bytes]:
        """The answer to one call."""
        step = SIGN_IN.get(_operation(address))
        with self.lock:
            if step:
                return 200, self.sign_in or self._token(step)
            token = parse_qs(urlsplit(address).query).get("access_token", [""])[0]
            if self.good_tokens is not None and token not in self.good_tokens:
                return 401, json.dumps({"errorCode": "P0401", "success": False}).encode()
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _token(self, name: str) -> bytes:
        self.given += 1
        data = {name: f"{name}-{self.given}", "success": True, "error_desc": "", "error_code": "0"}
        return json.dumps({"data": data, "state": "success", "status": True}).encode()


def _operation(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2]


def sealed(data: Any) -> str:
    """JSON in base64."""
    return base64.b64encode(json.dumps(data, ensure_ascii=False).encode()).decode()


def enveloped(inner: Any, code: str = "0000", **values: Any) -> bytes:
    """A successful reply of the deduction family."""
    usual = {"data": sealed(inner), "message": "成功", "errorCode": code, "success": True, "status": True}
    return json.dumps(usual | values, ensure_ascii=False).encode()


def refused(code: str, message: str = "不行") -> bytes:
    """A reply that says no."""
    return json.dumps({"message": message, "errorCode": code, "success": False, "status": False}).encode()


@contextmanager
def scripted_gateway() -> Iterator[Script]:
    """The running server."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, content = script.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield script
        finally:  # a test that fails must not leave a thread that keeps its process alive
            server.shutdown()
            thread.join()
