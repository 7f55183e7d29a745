"""The same thing is asked once in three minutes: an application would be refused (P6912), so its task is shared."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

GUARD = timedelta(minutes=3)


class RequestDedup:
    """Answers by question. Two invoice types of one number (3 is 04 and 86) apply for the same thing."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._guard = Lock()
        self._turns: dict[bytes, Lock] = {}
        self._found: dict[bytes, tuple[str, datetime]] = {}

    def once(self, question: bytes, ask: Callable[[], str]) -> str:
        """The answer, got by one thread while the others wait for it; raises what `ask` raises, and keeps no error."""
        with self._guard:
            turn = self._turns.setdefault(question, Lock())
        with turn:
            answer, made = self._found.get(question, ("", None))
            if made is None or self._now() - made >= GUARD:
                answer = ask()
                self._found[question] = (answer, self._now())
            return answer
