"""What commands write to the terminal: data may not move the cursor, colour the screen or turn what is beside it."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from fapiao.errors import Unusable
from fapiao.shown import visible, visible_lines
from fapiao.texts.catalogue import sentence


class _Told:
    """A stream behind the guard: what the system says against it is one sentence, whoever writes to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As that of the stream. Raises Unusable."""
        with self._refusal():
            return self._stream.write(text)

    def flush(self) -> None:
        """As that of the stream. Raises Unusable."""
        with self._refusal():
            self._stream.flush()

    @contextmanager
    def _refusal(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as refused:
            # what was not written is tried again when the interpreter ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            raise Unusable(sentence("command_line.no_output", reason=refused.strerror)) from refused

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class GuardedOutput:
    """A stream that spells out what nobody sees; rich, which escapes its data itself, writes past it."""

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = _Told(stream)
        """The name under which rich looks for the stream behind another one."""

    def write(self, text: str) -> int:
        """As that of the stream."""
        return self.rich_proxied_file.write(visible_lines(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """As that of the stream."""
        self.rich_proxied_file.writelines(map(visible_lines, lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


def print_line(text: str, to: TextIO | None = None) -> None:
    """A sentence that quotes data: one line, whatever the data."""
    print(visible(text), file=to)


@contextmanager
def guarded_output() -> Iterator[None]:
    """Whatever is printed inside goes through the guard, complaints and Python's own words too."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (GuardedOutput(stream) for stream in before)  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
