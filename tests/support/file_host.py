"""A bureau's file host: real HTTP, bytes by path, with faults on demand; and the result pages that name them."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from fapiao.errors import Refused, TryLater
from layout_samples import announced, files_of


@dataclass
class FileHost:
    """What is served; `faults` by path: how often the answer is still wrong, and how."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def offer(self, number: str, files: Mapping[str, bytes] | None = None) -> list[dict[str, Any]]:
        """Serves an invoice's files; their entries of files[]."""
        entries = []
        for kind, content in (files or files_of(number)).items():
            path = f"/{number}.{kind}"
            self.files[path] = content
            entries.append(announced(number, kind, content, self.url + path))
        return entries

    def download(self, url: str) -> bytes:
        """A channel's verb over this host; its errors are those of the contract."""
        with httpx.Client(trust_env=False) as client:
            answer = client.get(url)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise Refused("GATEWAY_FILE", "文件不存在", "plan the download again")
        if answer.status_code != httpx.codes.OK:
            raise TryLater("GATEWAY_HTTP", f"HTTP {answer.status_code}", "later")
        return answer.content


def page(*files: Mapping[str, Any], fail: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """A result page of O12."""
    return json.dumps({"totalElement": len(files), "files": files, "fail": fail}, ensure_ascii=False).encode()


@contextmanager
def file_host() -> Iterator[FileHost]:
    """The running host."""
    host = FileHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            faults = host.faults.get(self.path, [])
            fault = faults.pop(0) if faults else ""
            content = host.files.get(self.path)
            self.send_response(500 if fault == "http_500" else 404 if content is None else 200)
            body = {"corrupt": (content or b"")[::-1], "short": (content or b"")[:-1]}.get(fault, content or b"")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield host
        finally:  # a test that fails must not leave a thread that keeps its process alive
            server.shutdown()
            thread.join()
