"""What may still be applied for: limits by issue month and day, and the next day with room; pure counting."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fapiao.rules.book import RuleBook
from fapiao.windows import month_start


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper limits per day and per calendar month of application; None where there is none."""

    daily: int | None
    monthly: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a key was used on a day and in that day's month."""

    today: int
    this_month: int


def limits(rules: RuleBook, channel: str, counter: str, issue_month: date, day: date, *, reserve: int = 0) -> Limits:
    """The limits for an issue month on a day: the running month has five, a past one three (R262–R267, A-02).

    `reserve` applications of a past month are left to people (A-29).
    """
    quota = rules.quota(channel, counter)
    if issue_month >= month_start(day):
        return Limits(quota.daily, quota.current_month)
    return Limits(quota.daily, quota.past_month - reserve if quota.past_month else quota.past_month)


def next_allowed_day(usage: Usage, limit: Limits, day: date) -> date:
    """The day itself when there is room, else tomorrow (daily limit) or the first of the next month (monthly limit)."""
    if limit.monthly is not None and usage.this_month >= limit.monthly:
        return month_start(day, -1)
    if limit.daily is not None and usage.today >= limit.daily:
        return day + timedelta(days=1)
    return day


def months_of(start: date, end: date) -> Iterator[date]:
    """The first days of the months a window touches."""
    month = month_start(start)
    while month <= end:
        yield month
        month = month_start(month, -1)
