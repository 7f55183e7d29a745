"""Whatever the launcher starts goes with it: a guard process ends it when this process does, kill -9 included.

A child begins as a shell that waits for a word on its stdin. It gets the word when the guard knows it, so there is no
moment at which a child runs and nobody would end it (docs/decisions/0048-a-guard-ends-what-is-left.md).
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from signal import SIGTERM, Signals
from typing import IO

from launcher.home import ROOT, logs
from launcher.processes import birth, end_sessions

BEGINS_WHEN_TOLD = ("/bin/sh", "-c", 'read -r word && exec "$@"', "sh")
PROGRAM = Path(__file__).with_name("guard_process.py")
PATIENCE_SECONDS = 2.5
"""A child that is asked to end has so long before it is killed: whoever is told to end has five seconds in all."""
GUARD_SECONDS = 30.0
_uses = count()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a child is asked to end: by which signal, how long it has, and whether others need it to their own end."""

    signal: Signals = SIGTERM
    patience: float = PATIENCE_SECONDS
    last: bool = False


ORDINARY = Manner()
NEEDED_TO_THE_END = Manner(patience=1.0, last=True)
"""A simulator: others talk to it until they end, and it has nothing to put away."""


class ProcessGuard:
    """The guard process of this process, as seen from here."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._known: dict[str, str] = {}
        self._process = self._begin()

    def _begin(self) -> subprocess.Popen[str]:
        with (logs() / "guard.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                text=True,
            )
        assert process.stdin  # noqa: S101 it is a pipe
        process.stdin.write("".join(self._known.values()))
        process.stdin.flush()
        return process

    def keep(self, what: str, **line: object) -> None:
        """Ended by the guard unless it is `drop`ped before this process ends."""
        self._known[what] = f"{json.dumps(line)}\n"
        self._tell(self._known[what])

    def drop(self, what: str, **line: object) -> None:
        """Has ended, or is nobody's to end."""
        if self._known.pop(what, None):
            self._tell(f"{json.dumps(line)}\n")

    def see_to(self) -> None:
        """Somebody may have killed the guard: another takes its place."""
        if self._process.poll() is not None:
            self._process = self._begin()

    def _tell(self, line: str) -> None:
        assert self._process.stdin  # noqa: S101 it is a pipe
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            self._process = self._begin()

    def close(self) -> None:
        """Let it end what is left, and wait for that."""
        if os.getpid() != self._owner:
            return
        with contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
            self._process.communicate(timeout=GUARD_SECONDS)


@cache
def guard() -> ProcessGuard:
    """The one of this process, begun at the first call; it is waited for when this process ends."""
    begun = ProcessGuard()
    atexit.register(begun.close)
    return begun


def close_guard() -> None:
    """What is still known to the guard of this process is ended when this returns."""
    if guard.cache_info().currsize:
        begun = guard()
        guard.cache_clear()
        atexit.unregister(begun.close)
        begun.close()


def start(
    command: Sequence[str | Path],
    output: IO[bytes],
    environment: Mapping[str, str] | None = None,
    *,
    manner: Manner = ORDINARY,
    said: str = "",
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Begin it in a session of its own, which the guard ends in that manner; `said` is all that its stdin holds."""
    process = subprocess.Popen(
        [*BEGINS_WHEN_TOLD, *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    how = {"signal": int(manner.signal), "patience": manner.patience, "last": manner.last}
    guard().keep(str(process.pid), leader=process.pid, born=birth(process.pid), **how)
    assert process.stdin  # noqa: S101 it is a pipe
    with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
        stdin.write(f"begin\n{said}".encode())
    return process


def release(pid: int) -> None:
    """The child has ended, or shall outlive this process."""
    guard().drop(str(pid), ended=pid)


@contextlib.contextmanager
def ended_here(process: subprocess.Popen[bytes], manner: Manner = ORDINARY) -> Iterator[subprocess.Popen[bytes]]:
    """The child is gone at the end of the block, with everything that it started."""
    born = birth(process.pid)
    try:
        yield process
    finally:
        end_sessions({process.pid: born}, manner.patience, manner.signal)
        process.wait()
        release(process.pid)


@contextlib.contextmanager
def postgres_user(home: Path) -> Iterator[None]:
    """The embedded Postgres of this home is used in the block; where that fails, the guard looks whether it stopped."""
    use = f"use {next(_uses)} of {home}"
    guard().keep(use, postgres=str(home))
    yield
    guard().drop(use, left=str(home))
