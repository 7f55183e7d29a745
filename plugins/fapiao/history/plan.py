"""The plan of a history sync: its subtasks with their days, what it costs, and how it reads."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from fapiao.history.form import HistoryRequest
from fapiao.history.schedule import NOT_OBTAINABLE, PLANNED, TO_CALENDAR, Subtask
from fapiao.rules.book import RuleBook
from fapiao.text_table import table
from fapiao.texts.catalogue import listed, sentence, sentence_in
from fapiao.texts.language import Language, language

SECONDS_A_ROW = 2.0
"""One application, one poll and one package (assumed; only the estimate uses it)."""
SIDE_BY_SIDE = 8
"""Rows that a channel's hook handles at once unless its connection says otherwise."""
COLUMNS = ("apply_on", "window_start", "window_end", "taxpayer_no", "verdict", "invoice_type", "channel",
           "taxpayer_name", "note")  # fmt: skip
"""Days and numbers first: they align in every font, so that the table reads in a browser as in a terminal."""
_BLANK = "\N{IDEOGRAPHIC SPACE}"
_EVEN = ("verdict", "invoice_type")
"""Columns that are filled up with full-width blanks, for a browser's Chinese letters are not two Latin ones wide."""


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """What a request comes to on `day`; nothing is done by making one."""

    request: HistoryRequest
    day: date
    subtasks: tuple[Subtask, ...]

    def of(self, *verdicts: str) -> list[Subtask]:
        """The subtasks with these verdicts."""
        return [one for one in self.subtasks if one.verdict in verdicts]

    def days(self) -> Mapping[date, int]:
        """How many requests each day takes."""
        return dict(sorted(Counter(one.day for one in self.of(PLANNED) if one.day).items()))

    def last_day(self) -> date | None:
        """The day on which the last request is made; None where there is none."""
        return max(self.days(), default=None)

    def minutes(self, book: RuleBook) -> int:
        """An estimate of the busiest day: the bureau's first answer, then the rows side by side."""
        if not self.days():
            return 0
        first = max(book.first_poll_seconds(one.candidate.channel) for one in self.of(PLANNED))
        return ceil((first + max(self.days().values()) * SECONDS_A_ROW / SIDE_BY_SIDE) / 60)


def lines(plan: HistoryPlan, book: RuleBook) -> list[dict[str, Any]]:
    """Every subtask as a flat record, as JSON and Airflow's XCom page show it."""
    return [_line(one, book) for one in plan.subtasks]


def _line(one: Subtask, book: RuleBook) -> dict[str, Any]:
    asked = one.candidate
    return {
        "taxpayer_no": asked.taxpayer.taxpayer_no,
        "taxpayer_name": asked.taxpayer.name,
        "channel": book.codes_of("history_channel")[asked.channel],
        "month": f"{asked.month:%Y-%m}",
        "invoice_type": book.invoice_types[asked.invoice_type].name,
        "window_start": asked.first.isoformat(),
        "window_end": asked.last.isoformat(),
        "verdict": _verdict("zh", one.verdict),
        "apply_on": one.day.isoformat() if one.day else "",
        "note": _note(one),
    }


def _note(one: Subtask) -> str:
    if one.verdict == NOT_OBTAINABLE:
        return sentence("advice.NOT_OBTAINABLE")
    if one.verdict == TO_CALENDAR:
        return sentence("left_out.left_to_calendar")
    notes = [sentence("history_plan.evidence", batch=one.evidence)] if one.evidence else []
    return listed([*notes, *([sentence("left_out.before_authorisation")] if one.partial else [])])


def _verdict(spoken: Language, verdict: str) -> str:
    return sentence_in(spoken, f"history_verdicts.{verdict}")


def summary(plan: HistoryPlan, book: RuleBook) -> dict[str, Any]:
    """What the plan costs: requests, days, the last of them, an estimate, and how many subtasks have which verdict."""
    last = plan.last_day()
    found = Counter(one.verdict for one in plan.subtasks)
    return {
        "data_type": book.codes_of("history_data_type")[plan.request.data_type],
        "taxpayers": len(plan.request.taxpayers),
        "months": len(plan.request.months),
        "subtasks": len(plan.subtasks),
        "requests": found[PLANNED],
        "days": {day.isoformat(): count for day, count in plan.days().items()},
        "last_day": last.isoformat() if last else None,
        "estimated_minutes": plan.minutes(book),
        "verdicts": {_verdict("zh", verdict): count for verdict, count in sorted(found.items())},
        "notes": list(plan.request.notes),
    }


def text(plan: HistoryPlan, book: RuleBook, width: int | None = None) -> str:
    """The dry run as people read it, on a screen of `width` cells: every subtask, then what it costs."""
    found = [{**_line(one, book), **_read(one)} for one in plan.subtasks]
    if not found:
        return "\n".join([sentence("history_plan.nothing"), *_summary_lines(plan, book)])
    sizes = {name: max((len(line[name]) for line in found), default=0) if name in _EVEN else 0 for name in COLUMNS}
    rows = [[str(line[name]).ljust(size, _BLANK) for name, size in sizes.items()] for line in found]
    headings = [sentence(f"history_columns.{name}") for name in COLUMNS]
    return "\n".join([table(headings, rows, "", width), "", *_summary_lines(plan, book)])


def _read(one: Subtask) -> Mapping[str, str]:
    """What stands in another language than in what programs read."""
    if language() == "zh":
        return {}
    asked = one.candidate
    codes = {"channel": asked.channel, "invoice_type": asked.invoice_type}
    return codes | {"verdict": _verdict(language(), one.verdict)}


def _summary_lines(plan: HistoryPlan, book: RuleBook) -> list[str]:
    cost, found = summary(plan, book), Counter(one.verdict for one in plan.subtasks)
    kind = cost["data_type"] if language() == "zh" else plan.request.data_type
    verdicts = [
        sentence("history_plan.verdict", verdict=_verdict(language(), verdict), count=count)
        for verdict, count in sorted(found.items())
    ]
    return [
        sentence("history_plan.whole", data_type=kind, taxpayers=cost["taxpayers"], months=cost["months"]),
        sentence("history_plan.subtasks", count=cost["subtasks"], verdicts=listed(verdicts)),
        _cost(cost),
        *(sentence("history_plan.note", note=note) for note in cost["notes"]),
    ]


def _cost(cost: Mapping[str, Any]) -> str:
    if not cost["days"]:
        return sentence("history_plan.no_cost")
    each = [sentence("history_plan.day", day=day, count=count) for day, count in cost["days"].items()]
    counts = {"requests": cost["requests"], "days": len(cost["days"]), "minutes": cost["estimated_minutes"]}
    return sentence("history_plan.cost", each=listed(each), **counts)
