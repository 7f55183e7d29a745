"""The calendar: what fires on a day, for which window, or why not; the day is an argument, there is no clock here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from fapiao.calendar.frequency import Frequency
from fapiao.errors import BadInput
from fapiao.rules.book import CalendarRule, RuleBook
from fapiao.rules.calendar import EVERY_THIRD_DAY
from fapiao.tasks import SHANGHAI
from fapiao.texts.catalogue import sentence, sentence_in
from fapiao.texts.language import Language
from fapiao.windows import RANGES, month_start

FIRST_DAY, LAST_DAY = date(2017, 1, 1), date(2099, 12, 31)
"""Outside these days nothing is known: 2017-01-01 is the first issue date the bureau takes."""

EMPTY_WINDOW, SWITCHED_OFF = "empty_window", "switched_off"
"""Why the calendar itself leaves a download out: codes of include/texts/left_out.yaml."""

Parameters = Mapping[tuple[str, str], str]
"""Set parameters, by type and key."""

_DEFAULT = Frequency()
_NOTHING_SET: Parameters = {}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One planned or suppressed download of one day: per channel, job, direction and document.

    `at` is in Asia/Shanghai; the window is whole days there, both included, and null where it has none or the bureau's
    current tax period decides. `suppressed` is why it is not planned, in English, `reason_code` the code of that.
    """

    at: datetime
    channel: str
    job: str
    dag_id: str
    direction: str
    download_type: str
    sync_type: str
    document: str
    window_start: date | None
    window_end: date | None
    window_basis: str
    rule: str
    source: str
    suppressed: str | None
    only_if_missing: bool
    unless_complete: bool
    deductible: bool
    counter: str | None
    voids: str | None
    one_a_month: bool
    reach: int | None
    assumed: bool
    text: str
    reason_code: str | None


def occurrences(
    rules: RuleBook,
    day: date,
    *,
    channel: str | None = None,
    job: str | None = None,
    frequency: Frequency = _DEFAULT,
    parameters: Parameters = _NOTHING_SET,
    as_if_due: bool = False,
) -> list[Occurrence]:
    """Everything the calendar names for the day, planned or suppressed, in the order of its hours.

    `as_if_due` plans a job that has a day of the month of its own as on that day: a person asked for it.
    Raises BadInput for a day outside the known range.
    """
    if objection := outside_calendar(day):
        raise BadInput([objection])
    found = [
        one
        for rule in rules.calendar
        if channel in (None, rule.channel) and job in (None, rule.job)
        if _falls_on(rule, day, frequency) or (as_if_due and isinstance(rule.due, int))
        for one in _of_rule(rule, day, parameters)
    ]
    return sorted(found, key=lambda one: (one.at, one.channel, one.job, one.direction))


def outside_calendar(day: date) -> str | None:
    """What speaks against a day of which the calendar knows nothing, in the language that is spoken."""
    if FIRST_DAY <= day <= LAST_DAY:
        return None
    return sentence("written_days.outside_calendar", day=day, first=FIRST_DAY, last=LAST_DAY)


def _falls_on(rule: CalendarRule, day: date, frequency: Frequency) -> bool:
    if isinstance(rule.due, int):
        return day.day == rule.due
    if rule.due == "every_third_day":
        return day.day in EVERY_THIRD_DAY
    return rule.due == "daily" or frequency.falls_on(day)


def _of_rule(rule: CalendarRule, day: date, parameters: Parameters) -> Iterator[Occurrence]:
    window = RANGES[rule.window](day)
    empty = window is not None and window[0] > window[1]
    start, end = (None, None) if window is None or empty else window
    reason_code = EMPTY_WINDOW if empty else _switch(rule, parameters)
    for cron in rule.crons:
        for direction, documents in rule.documents.items():
            for document in documents:
                yield Occurrence(
                    at=_instant(day, cron),
                    channel=rule.channel,
                    job=rule.job,
                    dag_id=rule.dag_id,
                    direction=direction,
                    download_type=f"{direction}_full" if rule.download == "full" else rule.download,
                    sync_type=_sync_type(rule, day, end),
                    document=document,
                    window_start=start,
                    window_end=end,
                    window_basis=rule.basis,
                    rule=rule.id,
                    source=rule.source,
                    suppressed=reason_code and reason_in("en", reason_code, rule, day),
                    only_if_missing=rule.only_if_missing,
                    unless_complete=rule.unless_complete,
                    deductible=rule.deductible,
                    counter=rule.counter,
                    voids=rule.voids,
                    one_a_month=rule.one_a_month,
                    reach=rule.reach,
                    assumed=rule.assumed,
                    text=rule.text,
                    reason_code=reason_code,
                )


def _sync_type(rule: CalendarRule, day: date, end: date | None) -> str:
    """当前月 is what the window says it is: one that ended before the day's month is 历史月 (A-38)."""
    over = end is not None and end < month_start(day)
    return "history_month" if over and rule.sync_type == "current_month" else rule.sync_type


def _instant(day: date, cron: str) -> datetime:
    minute, hour = cron.split()[:2]
    return datetime.combine(day, time(int(hour), int(minute)), SHANGHAI)


def _switch(rule: CalendarRule, parameters: Parameters) -> str | None:
    if rule.parameter is None:
        return None
    kind, key, value = rule.parameter
    return None if parameters.get((kind, key)) == value else SWITCHED_OFF


def reason_in(spoken: Language, code: str, rule: CalendarRule, day: date) -> str:
    """Why a rule is not followed on a day: its window has no day, or a parameter turns it on and does not."""
    if code == EMPTY_WINDOW or rule.parameter is None:
        return sentence_in(spoken, f"left_out.{EMPTY_WINDOW}", day=day)
    kind, key, value = rule.parameter
    return sentence_in(spoken, f"left_out.{SWITCHED_OFF}", parameter=f"{kind}.{key}", value=value)
