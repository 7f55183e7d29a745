"""A month of generated documents that exist only when looked at: a million of them cost what one costs."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from simulator.clock import SHANGHAI
from simulator.documents.dice import Dice
from simulator.documents.document import Document
from simulator.documents.faces import FACES
from simulator.documents.facts import Facts
from simulator.documents.numbers import TAG_LIMIT, Number, index_in, key, number
from simulator.documents.parties import ROAD, Party

OPENING = time(8, 0)
WORKING_SECONDS = 36_000
SPREAD = 37


@dataclass(frozen=True)
class GeneratedRange:
    """Indices `first` to `last` (excluded) of `count` documents spread evenly over the days of one month."""

    owner: Party
    sjlx: str
    kind: str
    month: date
    count: int
    seed: str
    lines: int = 1
    tdys: str = ""
    lag: int = 1
    unselected: bool | None = None
    first: int = 0
    last: int = 0

    @cached_property
    def tag(self) -> int:
        """The part of every number that tells this range from others."""
        dice = Dice("range", self.owner.number, self.sjlx, self.kind, self.tdys, self.month, self.seed)
        return dice.number(0, TAG_LIMIT - 1)

    @property
    def days(self) -> int:
        """Days of the month."""
        return monthrange(self.month.year, self.month.month)[1]

    def day_of(self, index: int) -> date:
        """Issue day of a document; later indices never come earlier."""
        return self.month + timedelta(days=index * self.days // self.count)

    def number_of(self, index: int) -> Number:
        """The number of a document, without making its face."""
        return number(self.kind, self.day_of(index), self.tag, index)

    def at(self, index: int) -> Document:
        """The document itself; the same index always gives the same document."""
        day = self.day_of(index)
        opening = datetime.combine(day, OPENING, SHANGHAI)
        others = (ROAD,) if self.tdys == "08" else FACES[self.kind].others
        given = self.number_of(index)
        facts = Facts(
            kind=self.kind,
            sjlx=self.sjlx,
            owner=self.owner,
            other=others[index % len(others)],
            issued=opening + timedelta(seconds=index * SPREAD % WORKING_SECONDS),
            number=given,
            seed=f"{self.tag}|{self.seed}|{index}",
            tdys=self.tdys,
            lines=self.lines,
        )
        collected_on = day + timedelta(days=self.lag)
        return Document(facts, key(self.kind, given), collected_on, unselected=self.unselected)

    def index_of(self, document_key: str) -> int | None:
        """Where a document stands, or None when it is not one of this range."""
        index = index_in(self.kind, document_key)
        if index is None or not self.first <= index < self.last:
            return None
        return index if key(self.kind, self.number_of(index)) == document_key else None

    def issued_between(self, start: date, end: date) -> "Slice":
        """Documents issued on these days, both included."""
        return Slice(self, self._first_on(start), self._first_on(end + timedelta(days=1)))

    def visible(self, today: date) -> "Slice":
        """Documents issued before today and collected by now."""
        return self.issued_between(self.month, today - timedelta(days=max(1, self.lag)))

    def without(self, index: int) -> "list[GeneratedRange]":
        """The two ranges left when one document is taken out to live a life of its own."""
        halves = (replace(self, last=index), replace(self, first=index + 1))
        return [half for half in halves if half.first < half.last]

    def _first_on(self, day: date) -> int:
        offset = (day - self.month).days
        index = -(-offset * self.count // self.days)
        return min(max(index, self.first), self.last)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some neighbouring documents of a range."""

    whole: GeneratedRange
    start: int
    stop: int

    def __len__(self) -> int:
        return max(0, self.stop - self.start)

    def __getitem__(self, places: slice) -> list[Document]:
        return [self.whole.at(self.start + place) for place in range(*places.indices(len(self)))]

    def __iter__(self) -> Iterator[Document]:
        return (self.whole.at(index) for index in range(self.start, self.stop))

    def within(self, other: "Slice") -> "Slice":
        """What both have in common."""
        return Slice(self.whole, max(self.start, other.start), min(self.stop, other.stop))
