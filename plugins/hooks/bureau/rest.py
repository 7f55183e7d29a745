"""A rest for a bureau that cannot be reached: nobody calls it in the meantime."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from fapiao.errors import TryLater

MOST_BARRED = 3
"""Calls one after another that did not reach the bureau, after which the others wait with them."""
LONGEST_SECONDS = 60.0
"""How long they wait at the most: the bureau may be there again at any moment."""


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

    def reached(self) -> None:
        """A call was answered."""
        with self._lock:
            self._barred = 0

    def barred(self, why: TryLater) -> None:
        """A call did not get through; after some in a row the bureau rests."""
        with self._lock:
            self._barred += 1
            if self._barred >= MOST_BARRED:
                self._until = self._clock() + min(why.wait_seconds, LONGEST_SECONDS)
                self._why = why
