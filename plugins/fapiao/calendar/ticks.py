"""The ticks of the calendar: when a DAG has something due, under which name it is planned, and which were missed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import Occurrence, Parameters, occurrences
from fapiao.rules.book import Job, RuleBook
from fapiao.tasks import SHANGHAI

Window = tuple[tuple[Frequency, str, str, str], date | None, date | None]
"""Days that are asked for, of what and for the schemes of which frequency."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What schemes of one frequency download over a channel."""

    channel: str
    frequency: Frequency
    download_types: Collection[str]


@dataclass(frozen=True, slots=True)
class Tick:
    """One firing of a DAG at which something is due, and what days that something asks for.

    `at` is in Asia/Shanghai.
    """

    dag_id: str
    channel: str
    job: str
    name: str
    at: datetime
    windows: Collection[Window] = field(default=(), compare=False)

    def covers(self, other: "Tick") -> bool:
        """Whether all that the other asks for lies in what this later one of the same DAG asks for."""
        return all(any(_inside(one, mine) for mine in self.windows) for one in other.windows)


def tick_name(fired: datetime, *, many_a_day: bool) -> str:
    """The day in Asia/Shanghai, and for a job that fires several times a day the day with its time."""
    local = fired.astimezone(SHANGHAI)
    return local.strftime("%Y-%m-%dT%H:%M") if many_a_day else local.date().isoformat()


def due_ticks(
    rules: RuleBook, wanted: Sequence[Wanted], parameters: Parameters, until: datetime, days: int
) -> Iterator[Tick]:
    """Every tick up to an instant at which something was due, of that day and so many before it; oldest day first."""
    last = until.astimezone(SHANGHAI)
    jobs = list(rules.jobs(channels=tuple({one.channel for one in wanted})))
    for ago in range(days, -1, -1):
        for job in jobs:
            found = _ticks_of(rules, job, last.date() - timedelta(days=ago), wanted, parameters)
            yield from (tick for tick in found if tick.at <= last)


def _ticks_of(rules: RuleBook, job: Job, day: date, wanted: Sequence[Wanted], parameters: Parameters) -> Iterator[Tick]:
    ask = partial(occurrences, rules, day, channel=job.channel, job=job.job, parameters=parameters)
    due = [
        (each.frequency, one)
        for each in wanted
        if each.channel == job.channel
        for one in ask(frequency=each.frequency)
        if one.suppressed is None and one.download_type in each.download_types
    ]
    for at in sorted({one.at for _, one in due}):
        name = tick_name(at, many_a_day=len(job.crons) > 1)
        windows = {_window(each, one) for each, one in due if one.at == at}
        yield Tick(job.dag_id, job.channel, job.job, name, at, windows)


def _window(whose: Frequency, one: Occurrence) -> Window:
    return (whose, one.rule, one.direction, one.document), one.window_start, one.window_end


def _inside(one: Window, other: Window) -> bool:
    (what, start, end), (same, first, last) = one, other
    if what != same:
        return False
    if start is None or end is None or first is None or last is None:
        return start == first and end == last  # the bureau's current tax period: a later tick asks for the same
    return first <= start and end <= last
