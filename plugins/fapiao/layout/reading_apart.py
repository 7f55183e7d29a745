"""Reads layout files in a process of its own, which a file may end without ending the worker."""

import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import IO

import msgspec

from fapiao.bounds import bound
from fapiao.layout.reading import Read, Reading, read_file, unread
from fapiao.paths import PLUGINS

_LENGTH = struct.Struct(">Q")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from fapiao.layout.reading_apart import serve; serve()"


@contextmanager
def reading_apart() -> Iterator[Read]:
    """Reads one file after the other in a child; one that ends it or takes too long says so, and the next goes on."""
    reader = _Apart()
    try:
        yield reader.read
    finally:
        reader.close()


class _Apart:
    """The child, started when it is needed."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, kind: str, content: bytes) -> Reading:
        """What the child makes of a file."""
        if self._child is None:
            command = [sys.executable, "-I", "-c", _START, str(PLUGINS)]
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        seconds = bound("apart_seconds")
        watch = Timer(seconds.value, self._child.kill)
        watch.start()
        try:
            return self._asked(self._child, kind, content)
        except (OSError, EOFError):
            self.close()
            return unread(kind, seconds.said())
        finally:
            watch.cancel()

    @staticmethod
    def _asked(child: subprocess.Popen[bytes], kind: str, content: bytes) -> Reading:
        if child.stdin is None or child.stdout is None:
            raise EOFError
        for piece in (kind.encode(), content):
            _send(child.stdin, piece)
        return msgspec.msgpack.decode(_received(child.stdout), type=Reading)

    def close(self) -> None:
        """Ends the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        with suppress(OSError):  # what it did not take cannot be sent any more
            child.__exit__(None, None, None)


def serve() -> None:
    """The child's side: reads what comes on standard input until that ends."""
    import resource  # noqa: PLC0415 only the child limits itself

    memory = bound("apart_mebibytes").value << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(EOFError):
        while True:
            kind, content = _received(sys.stdin.buffer).decode(), _received(sys.stdin.buffer)
            # who would end it may have been killed meanwhile
            signal.alarm(2 * bound("apart_seconds").value)
            _send(sys.stdout.buffer, msgspec.msgpack.encode(read_file(kind, content)))


def _send(target: IO[bytes], content: bytes) -> None:
    target.write(_LENGTH.pack(len(content)))
    target.write(content)
    target.flush()


def _received(source: IO[bytes]) -> bytes:
    """Raises EOFError where the other side has ended."""
    head = source.read(_LENGTH.size)
    content = source.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if len(head) < _LENGTH.size or len(content) < _LENGTH.unpack(head)[0]:
        raise EOFError
    return content
