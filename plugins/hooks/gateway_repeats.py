"""The same application is made once: the gateway refuses it within three minutes (P6912), so its task is shared."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

GUARD = timedelta(minutes=3)


class Repeats:
    """Task numbers by what was applied for. Two invoice types of one number (3 is 04 and 86) ask the same thing."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._guard = Lock()
        self._turns: dict[bytes, Lock] = {}
        self._found: dict[bytes, tuple[str, datetime]] = {}

    def once(self, application: bytes, apply: Callable[[], str]) -> str:
        """The number of this application, made by one thread while the others wait for it; raises what it raises."""
        with self._guard:
            turn = self._turns.setdefault(application, Lock())
        with turn:
            number, made = self._found.get(application, ("", None))
            if made is None or self._now() - made >= GUARD:
                number = apply()
                self._found[application] = (number, self._now())
            return number
