"""The clock of a driven world: real time and how far ahead of it the world is, shared by every process in eight bytes."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

_AHEAD = struct.Struct("d")


class WorldClock:
    """Reads, and turns, the one clock that Python and Postgres go by; instants are UTC."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _AHEAD.size)

    @classmethod
    def made(cls, file: Path) -> Self:
        """A clock that shows real time until it is turned."""
        file.write_bytes(_AHEAD.pack(0.0))
        return cls(file)

    @property
    def ahead(self) -> timedelta:
        """How far the world is ahead of real time."""
        return timedelta(seconds=_AHEAD.unpack(self._shared[:])[0])

    def now(self) -> datetime:
        """The world's instant."""
        return datetime.now(UTC) + self.ahead

    def turn(self, instant: datetime) -> None:
        """From now on it is this instant in every process that reads the file."""
        self._shared[:] = _AHEAD.pack((instant - datetime.now(UTC)).total_seconds())
