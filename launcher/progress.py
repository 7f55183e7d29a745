"""How far a long job is, on one line of the screen that is written over; nothing where nobody looks."""

import sys
from typing import TextIO


class ProgressLine:
    """Says how many rows are done; used as a block, it wipes its line at the end."""

    def __init__(self, what: str, screen: TextIO | None = None) -> None:
        self._what = what
        self._screen = screen or sys.stderr
        self._shown = 0

    def __enter__(self) -> "ProgressLine":
        return self

    def __call__(self, rows: int) -> None:
        """Shows a number."""
        if self._screen.isatty():
            line = f"{self._what}: {rows:,} rows"
            self._shown = len(line)
            print(f"\r{line}", end="", file=self._screen, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r" + " " * self._shown + "\r", end="", file=self._screen, flush=True)
