"""开票日期 of a history sync: years and months as they are written, inside the five years that may be asked for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from fapiao.calendar.quotas import months_of
from fapiao.windows import month_end, month_start
from fapiao.written_days import month

_YEARS = re.compile(r"(?P<first>\d{4})(?:-(?P<last>\d{4}))?")
_MONTHS = re.compile(r"(?P<first>\d{4}-\d{2})(?:\.\.(?P<last>\d{4}-\d{2}))?")
Sentence = Callable[[str], str]
"""The sentence of a key."""


@dataclass(frozen=True, slots=True)
class Months:
    """First days of issue months, oldest first; `notes` say what a year was clipped to, `problems` what is refused."""

    months: tuple[date, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def months_asked(years: Iterable[str], months: Iterable[str], day: date, horizon: int, sentence: Sentence) -> Months:
    """Every month that is named, once. `2023`, `2023-2026`; `2026-01`, `2026-01..2026-03`.

    近五年: the oldest lies `horizon` months before the day's. A year is clipped to them and to the days that are over,
    and a note says so (A-12); a month beyond either, or a year with nothing left, is a problem that names the bounds.
    """
    oldest, newest = month_start(day, horizon), month_start(day)
    found: set[date] = set()
    notes: list[str] = []
    problems: list[str] = []
    for text in years:
        _add_years(text, (oldest, newest), found, notes, problems, sentence)
    for text in months:
        _add_months(text, (oldest, newest), found, problems, sentence)
    if newest in found and day == newest:
        found.discard(newest)
        notes.append(f"{sentence('history_not_over')}（{newest:%Y-%m}）")
    return Months(tuple(sorted(found)), tuple(notes), tuple(problems))


def window(month: date, day: date) -> tuple[date, date]:
    """The days of a month that are over on `day`: the running month ends yesterday, as the calendar's does."""
    return month, min(month_end(month), date.fromordinal(day.toordinal() - 1))


def _add_years(
    text: str, bounds: tuple[date, date], found: set[date], notes: list[str], problems: list[str], sentence: Sentence
) -> None:
    named = _YEARS.fullmatch(normalize("NFKC", text))
    first, last = (int(named["first"]), int(named["last"] or named["first"])) if named else (1, 0)
    if not 1 <= first <= last:
        problems.append(f"{sentence('history_year')}（{text}）")
        return
    for year in range(first, last + 1):
        whole = (date(year, 1, 1), date(year, 12, 1))
        clipped = max(whole[0], bounds[0]), min(whole[1], bounds[1])
        if clipped[0] > clipped[1]:
            problems.append(_beyond(str(year), bounds, sentence))
            continue
        found.update(months_of(*clipped))
        if clipped != whole:
            notes.append(f"{sentence('history_clipped')}（{year}：{clipped[0]:%Y-%m} … {clipped[1]:%Y-%m}）")


def _add_months(
    text: str, bounds: tuple[date, date], found: set[date], problems: list[str], sentence: Sentence
) -> None:
    named = _MONTHS.fullmatch(normalize("NFKC", text))
    first = _month(named["first"]) if named else None
    last = _month(named["last"] or named["first"]) if named else None
    if first is None or last is None or first > last:
        problems.append(f"{sentence('history_month')}（{text}）")
    elif first < bounds[0] or last > bounds[1]:
        problems.append(_beyond(text, bounds, sentence))
    else:
        found.update(months_of(first, last))


def _beyond(asked: str, bounds: tuple[date, date], sentence: Sentence) -> str:
    oldest, newest = (f"{one:%Y-%m}" for one in bounds)
    return sentence("history_horizon").format(asked=asked, oldest=oldest, newest=newest)


def _month(text: str) -> date | None:
    try:
        return month(text)
    except ValueError:
        return None
