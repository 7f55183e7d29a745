"""Windows: what a download asks about, in whole Asia/Shanghai days, both ends included (A-27)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from fapiao.base_errors import FapiaoError

Basis = Literal["issue_date", "collection_date", "recognition_date", "tax_period"]
BASES: tuple[Basis, ...] = get_args(Basis)
"""开票日期 · 归集日期 · 认定异常日期 · 税款所属期"""


@dataclass(frozen=True, slots=True)
class Window:
    """A range of days and what the days mean; windows of different bases are never equal."""

    start: date
    end: date
    basis: str

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        if self.basis not in BASES:
            raise ValueError(f"unknown basis {self.basis!r}; known are {', '.join(BASES)}")

    def by_month(self) -> Iterator["Window"]:
        """The same days cut at month ends: the bureau takes no range that crosses one."""
        start = self.start
        while start <= self.end:
            end = min(month_end(start), self.end)
            yield Window(start, end, self.basis)
            start = end + timedelta(days=1)

    def days(self) -> Iterator[date]:
        """Every day of the window."""
        return (self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1))


def month_start(day: date, months_back: int = 0) -> date:
    """The first of the month that lies `months_back` before the day's."""
    months = day.year * 12 + day.month - 1 - months_back
    return date(months // 12, months % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return month_start(day, -1) - timedelta(days=1)


def stated(start: date | None, end: date | None) -> tuple[date, date]:
    """The days of a window that has days. Raises FapiaoError where the bureau's current tax period decides."""
    if start is None or end is None:
        raise FapiaoError("this row has no days of its own: the bureau's current tax period decides")
    return start, end


def one_year_before(day: date) -> date:
    """最近一年: the same day of the year before is still allowed; 29 February counts as the 28th (A-12)."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def months(first_back: int, last_back: int) -> Callable[[date], tuple[date, date]]:
    """Whole months before the day's: `months(3, 1)` is M-3 to M-1."""
    return lambda day: (month_start(day, first_back), month_end(month_start(day, last_back)))


def days_to_yesterday(count: int) -> Callable[[date], tuple[date, date]]:
    """[T-count, T-1]: the days before the day, today excluded."""
    return lambda day: (day - timedelta(days=count), day - timedelta(days=1))


def month_of_yesterday(day: date) -> tuple[date, date]:
    """[first of T-1's month, T-1]: on the 1st the whole month before, so that windows adjoin (A-26)."""
    yesterday = day - timedelta(days=1)
    return month_start(yesterday), yesterday


Range = tuple[date, date] | None
"""First and last day; the last lies before the first where there is no day; None where the bureau decides."""

RangeName = Literal[
    "current_month_to_yesterday", "month_of_yesterday", "previous_month", "month_before_last", "two_previous_months",
    "three_previous_months", "four_days_to_yesterday", "three_days_to_yesterday", "current_tax_period",
]  # fmt: skip
RANGES: Mapping[RangeName, Callable[[date], Range]] = {
    "current_month_to_yesterday": lambda day: (month_start(day), day - timedelta(days=1)),
    "month_of_yesterday": month_of_yesterday,
    "previous_month": months(1, 1),
    "month_before_last": months(2, 2),
    "two_previous_months": months(2, 1),
    "three_previous_months": months(3, 1),
    "four_days_to_yesterday": days_to_yesterday(4),
    "three_days_to_yesterday": days_to_yesterday(3),
    "current_tax_period": lambda _: None,
}
"""The windows that calendar.yaml may name, as days of a run's day."""


def date_label(document: str) -> str:
    """What the date of a paper is called: 填发日期 of 缴款书 and 完税凭证 (tfrq), 开票日期 of invoices (kprq)."""
    return "开票日期" if document == "invoice" else "填发日期"


def issued_later(issued: date | str, day: date | str, document: str = "invoice") -> str:
    """The sentence about a date after the day on which its paper is handed in; days in Asia/Shanghai (A-51)."""
    return f"{date_label(document)} {issued} 晚于导入日期 {day}，请核对。"
