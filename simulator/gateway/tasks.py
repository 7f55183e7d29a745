"""Applications the gateway works on: a number, a turn, a state, and a result that never changes afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from simulator.gateway.answers import Denied
from simulator.wire import Json


class State(IntEnum):
    """The collector's task states (protocols 2.2, ETaxStatusEnum)."""

    RUNNING = 0
    DONE = 1
    SYSTEM_ERROR = 2
    BUSINESS_FAILURE = 3
    PARTLY = 4
    RETRY = 5
    ABANDONED = 6


ENDED_BADLY = frozenset({State.SYSTEM_ERROR, State.BUSINESS_FAILURE, State.RETRY, State.ABANDONED})


@dataclass(frozen=True, slots=True)
class Listing:
    """A result in pages: `rows(start, stop)` makes some of `length` rows named `name`; `more` stands beside them."""

    name: str
    length: int
    rows: Callable[[int, int], list[Json]]
    more: Json


@dataclass(frozen=True, slots=True)
class Plain:
    """A result that is one object."""

    fields: Json


Result = Listing | Plain
Job = Callable[[datetime], Result]


@dataclass(slots=True)
class Task:
    """`family` is the query that may ask for it; `account` (name, city) is None where no login is needed."""

    number: str
    family: str
    tax_no: str
    priority: int
    applied_at: datetime
    job: Job
    account: tuple[str, str] | None = None
    state: State = State.RUNNING
    polls: int = 0
    text: str = ""
    result: Result | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def work(self, start: datetime, finish: datetime) -> None:
        """Do the job; the rows are those of the instant it finished. What can no longer be done has failed."""
        self.started_at, self.finished_at = start, finish
        try:
            self.result = self.job(finish)
            self.state = State.DONE
        except Denied as denied:
            self.state, self.text = State.BUSINESS_FAILURE, denied.text

    def shown(self) -> Json:
        """For `/_sim/tasks`."""
        return {
            "taskNo": self.number,
            "interfaceCode": self.family,
            "taxNo": self.tax_no,
            "priority": self.priority,
            "account": self.account and self.account[0],
            "city": self.account and self.account[1],
            "state": int(self.state),
            "polls": self.polls,
            "applied_at": self.applied_at.isoformat(),
            "started_at": self.started_at and self.started_at.isoformat(),
            "finished_at": self.finished_at and self.finished_at.isoformat(),
        }
