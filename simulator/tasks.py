"""Applications the bureau works on: accepted under a number, never ready at the first poll, then unchanging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from simulator.documents.selection import Selection

NUMBER_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Readiness:
    """When a task is ready: from which poll on, and how long after acceptance by the simulator's clock.

    Selections and statistics are done `errand_seconds` after acceptance, however often they are asked for.
    """

    polls: int = 2
    seconds: float = 0
    errand_seconds: float = 600


@dataclass(slots=True)
class Task:
    """One accepted application; `family` is the service whose feedback may ask for it, `echo` what a reply repeats."""

    number: str
    family: str
    unit: str
    echo: Mapping[str, str]
    selection: Selection
    accepted_at: datetime
    package_rows: int
    polls: int = 0
    failed: bool = False

    def poll(self, now: datetime, readiness: Readiness) -> bool:
        """Count one poll; whether the result is there."""
        self.polls += 1
        waited = now - self.accepted_at >= timedelta(seconds=readiness.seconds)
        return waited and self.polls >= readiness.polls


@dataclass(slots=True)
class Desk:
    """All tasks by number; numbers differ between simulators of different `salt`."""

    salt: str
    tasks: dict[str, Task] = field(default_factory=dict)
    opened: int = 0

    def new_number(self) -> str:
        """A 流水号 of 32 characters that was never given before."""
        self.opened += 1
        return sha256(f"{self.salt}|{self.opened}".encode()).hexdigest()[:NUMBER_LENGTH]

    def open(self, task: Task) -> None:
        """Accept an application."""
        self.tasks[task.number] = task

    def find(self, number: str, family: str, unit: str) -> Task | None:
        """The task of this number, if this using unit applied for it with that service."""
        task = self.tasks.get(number)
        return task if task and (task.family, task.unit) == (family, unit) else None

    def clear(self) -> None:
        """Forget every task; numbers are not given again."""
        self.tasks.clear()
