"""A rest for a bureau that asks for it, or that cannot be reached: nobody calls it in the meantime."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from fapiao.errors import TryLater

MOST_BARRED = 3
"""Calls one after another that did not reach the bureau, after which the others wait with them."""


class Rest:
    """What one client knows of its bureau; shared by its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._until, self._barred = 0.0, 0
        self._why: TryLater | None = None

    def check(self) -> None:
        """Raises TryLater where the bureau rests: nothing was sent, and it costs no attempt."""
        with self._lock:
            left = self._until - self._clock()
            if self._why is not None and left > 0:
                raise replace(self._why, wait_seconds=left, free=True)

    def take(self, seconds: float, why: TryLater) -> None:
        """From now on, for so long."""
        with self._lock:
            self._until, self._why = max(self._until, self._clock() + seconds), why

    def reached(self) -> None:
        """A call was answered."""
        with self._lock:
            self._barred = 0

    def barred(self, seconds: float, why: TryLater) -> None:
        """A call did not get through; after some in a row the bureau rests."""
        with self._lock:
            self._barred += 1
            tired = self._barred >= MOST_BARRED
        if tired:
            self.take(seconds, why)
