"""What 乐企 asks the bureau to do rather than to tell: accepted under a number, done when its time has come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulator.services.answers import Answer

Job = Callable[[datetime, bool], Answer]
"""Does it at an instant and gives the answer; True where it fails and nothing may be done."""


@dataclass(slots=True)
class DeferredJob:
    """`family` is the service that may ask for it, `unit` the sydwptbh it came from; the answer never changes."""

    number: str
    family: str
    unit: str
    due_at: datetime
    job: Job
    failed: bool = False
    answer: Answer | None = None

    def work(self) -> None:
        """Do it as of the instant it was due."""
        self.answer = self.job(self.due_at, self.failed)


class DeferredJobs:
    """All of them by number; those not done yet wait in the order of their time."""

    def __init__(self) -> None:
        self._known: dict[str, DeferredJob] = {}
        self._waiting: list[DeferredJob] = []

    def open(self, errand: DeferredJob) -> None:
        """Accept one."""
        self._known[errand.number] = errand
        self._waiting.append(errand)

    def find(self, number: str) -> DeferredJob | None:
        """The one of a number."""
        return self._known.get(number)

    def work(self, now: datetime) -> None:
        """Do everything that is due by now, the oldest first."""
        due = sorted((errand for errand in self._waiting if errand.due_at <= now), key=lambda errand: errand.due_at)
        self._waiting = [errand for errand in self._waiting if errand.due_at > now]
        for errand in due:
            errand.work()

    def clear(self) -> None:
        """Forget every one."""
        self._known.clear()
        self._waiting.clear()
