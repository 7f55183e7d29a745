"""A Postgres of another version, as far as its greeting goes: it says who it is, and refuses every statement."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENCRYPTION = (80877103, 80877104)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _greeting(version: str) -> bytes:
    said = _message(b"S", f"server_version\0{version}\0".encode()) + _message(b"S", b"client_encoding\0UTF8\0")
    return _message(b"R", struct.pack("!i", 0)) + said + _message(b"Z", b"I")


def _refusal() -> bytes:
    return _message(b"E", b"SERROR\0C42704\0Munrecognized configuration parameter\0\0") + _message(b"Z", b"I")


def _serve(client: socket.socket, version: str) -> None:
    with client:
        while (start := client.recv(8)) and struct.unpack("!ii", start)[1] in _ENCRYPTION:
            client.sendall(b"N")
        client.recv(4096)
        client.sendall(_greeting(version))
        while client.recv(65536):
            client.sendall(_refusal())


@contextmanager
def postgres_of(version: str) -> Iterator[str]:
    """The URL of a server that says it is this version."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=_serve, args=(client, version), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"postgresql://old@127.0.0.1:{server.getsockname()[1]}/pool"
