"""Which subtasks a history sync makes and on which day each fits into the quota; what it leaves out, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from fapiao.calendar.frequency import Frequency
from fapiao.calendar.quotas import Usage, limits, next_allowed_day
from fapiao.enterprise.records import Enterprise, Taxpayer
from fapiao.history.form import DETAILS, HistoryRequest
from fapiao.history.months import window
from fapiao.rules.book import RuleBook
from fapiao.windows import month_end, month_start

PLANNED, NOT_OBTAINABLE = "planned", "NOT_OBTAINABLE"
COMPLETE, UNDER_WAY, TO_CALENDAR = "already_complete", "under_way", "left_to_calendar"
PART_COMPLETE = "part_complete"
COUNTER = "full"


@dataclass(frozen=True, slots=True)
class HistoryMonth:
    """One subtask at the level of the quota: tax number × type × month; the window holds both ends."""

    position: int
    taxpayer: Taxpayer
    channel: str
    invoice_type: str
    month: date
    first: date
    last: date

    @property
    def partial(self) -> bool:
        """Whether the window begins after the month does: 乐企 cannot give all of it."""
        return self.first > self.month


@dataclass(frozen=True, slots=True)
class Fact:
    """What the pool knows of a candidate: batch numbers of equal downloads, and the applications of its key.

    `whole` says that the complete one holds the month from its first day.
    """

    complete_by: str | None = None
    under_way_as: str | None = None
    used: Usage = field(default_factory=lambda: Usage(0, 0))
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Subtask:
    """A candidate with its verdict; `day` is the one on which it applies, None where it never does."""

    candidate: HistoryMonth
    verdict: str
    day: date | None = None
    evidence: str | None = None

    @property
    def partial(self) -> bool:
        """Whether 乐企 cannot give all of the month, and nobody else has given it."""
        return self.candidate.partial and self.verdict != COMPLETE


def candidates(request: HistoryRequest, day: date) -> list[HistoryMonth]:
    """Every subtask of a request, by tax number, newest month first: what people ask for first is there first."""
    found = [
        (taxpayer, channel, kind, month)
        for taxpayer, channel in request.taxpayers
        for month in sorted(request.months, reverse=True)
        for kind in request.invoice_types
    ]
    return [
        HistoryMonth(
            position, taxpayer, channel, kind, month, *_obtainable(request, taxpayer, channel, *window(month, day))
        )
        for position, (taxpayer, channel, kind, month) in enumerate(found)
    ]


def _obtainable(
    request: HistoryRequest, taxpayer: Taxpayer, channel: str, first: date, last: date
) -> tuple[date, date]:
    """乐企 has the month of the authorisation from that day on; an earlier month stays whole, and is refused (A-50)."""
    authorised_on = taxpayer.leqi_authorised_on
    if request.data_type == DETAILS and channel == "leqi" and authorised_on and first < authorised_on <= last:
        return authorised_on, last
    return first, last


def scheduled(
    wanted: Sequence[HistoryMonth],
    facts: Mapping[int, Fact],
    enterprise: Enterprise,
    book: RuleBook,
    day: date,
    data_type: str = DETAILS,
    reserve: int = 0,
) -> list[Subtask]:
    """The verdict on each candidate, judged on `day`; `reserve` applications of a past month are left (A-29)."""
    scheduler = _Scheduler(enterprise, book, day, data_type, reserve)
    return [scheduler.decided(one, facts.get(one.position, Fact())) for one in wanted]


def fitting_day(book: RuleBook, channel: str, month: date, used: Usage, day: date, reserve: int = 0) -> date:
    """The first day on which a key has room, counted as the ledger counts; a channel without a counter has it now."""
    if (channel, COUNTER) not in book.quotas:
        return day
    return next_allowed_day(used, limits(book, channel, COUNTER, month, day, reserve=reserve), day)


def calendar_days_left(enterprise: Enterprise, taxpayer: Taxpayer, invoice_type: str, day: date) -> int:
    """How many downloads of the running month the schemes still make from `day` on: theirs are kept for them."""
    rest = [day + timedelta(days=n) for n in range((month_end(day) - day).days + 1)]
    frequencies = [
        Frequency.of(scheme.frequency)
        for scheme in enterprise.schemes.values()
        if scheme.enabled
        and scheme.covers(taxpayer)
        and "output_full" in scheme.download_types
        and invoice_type in scheme.invoice_types
    ]
    return sum(any(one.falls_on(day) for one in frequencies) for day in rest)


@dataclass(frozen=True, slots=True)
class _Scheduler:
    enterprise: Enterprise
    book: RuleBook
    day: date
    data_type: str
    reserve: int

    def decided(self, one: HistoryMonth, fact: Fact) -> Subtask:
        """The first of the reasons against it that holds, else its day."""
        if self.data_type == DETAILS and fact.complete_by:
            verdict = PART_COMPLETE if one.partial and not fact.whole else COMPLETE
            return Subtask(one, verdict, evidence=fact.complete_by)
        if fact.under_way_as:
            return Subtask(one, UNDER_WAY, evidence=fact.under_way_as)
        if self.data_type != DETAILS:
            return Subtask(one, PLANNED, self.day)
        authorised_on = one.taxpayer.leqi_authorised_on
        if one.channel == "leqi" and authorised_on and one.last < authorised_on:
            return Subtask(one, NOT_OBTAINABLE)
        return self._fitted(one, fact)

    def _fitted(self, one: HistoryMonth, fact: Fact) -> Subtask:
        fits = fitting_day(self.book, one.channel, one.month, fact.used, self.day, self.reserve)
        if one.month == month_start(self.day) and (one.channel, COUNTER) in self.book.quotas:
            room = limits(self.book, one.channel, COUNTER, one.month, self.day).monthly or 0
            onwards = self.day + timedelta(days=1) if fact.used.today else self.day
            kept = calendar_days_left(self.enterprise, one.taxpayer, one.invoice_type, onwards)
            if fact.used.this_month + kept >= room or month_start(fits) > one.month:
                return Subtask(one, TO_CALENDAR)
        return Subtask(one, PLANNED, fits)
