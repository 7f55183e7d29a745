"""The plan of a history sync: its subtasks with their days, what it costs, and how it reads."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from fapiao.history.form import HistoryRequest
from fapiao.history.schedule import COMPLETE, NOT_OBTAINABLE, PART_COMPLETE, PLANNED, TO_CALENDAR, UNDER_WAY, Subtask
from fapiao.rules.book import RuleBook
from fapiao.text_table import table

SECONDS_A_ROW = 2.0
"""One application, one poll and one package (assumed; only the estimate uses it)."""
SIDE_BY_SIDE = 8
"""Rows that a channel's hook handles at once unless its connection says otherwise."""
VERDICTS = {
    PLANNED: "申请",
    COMPLETE: "已完整，未申请",
    PART_COMPLETE: "授权日起的部分已完整，未申请",
    UNDER_WAY: "已在下载中",
    NOT_OBTAINABLE: "乐企授权前，无法获取",
    TO_CALENDAR: "留给下载日程",
}
COLUMNS = {
    "apply_on": "申请日",
    "window_start": "开票日期从",
    "window_end": "开票日期到",
    "taxpayer_no": "税号",
    "verdict": "结果",
    "invoice_type": "发票种类",
    "channel": "通道",
    "taxpayer_name": "企业名称",
    "note": "说明",
}
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
        "verdict": VERDICTS[one.verdict],
        "apply_on": one.day.isoformat() if one.day else "",
        "note": _note(one, book),
    }


def _note(one: Subtask, book: RuleBook) -> str:
    if one.verdict == NOT_OBTAINABLE:
        return book.advice(NOT_OBTAINABLE)
    if one.verdict == TO_CALENDAR:
        return book.message("skip_left_to_calendar", "scheduled")
    notes = [f"批次 {one.evidence}"] if one.evidence else []
    return "；".join([*notes, *([book.message("skip_before_authorisation", "scheduled")] if one.partial else [])])


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
        "verdicts": {VERDICTS[verdict]: count for verdict, count in sorted(found.items())},
        "notes": list(plan.request.notes),
    }


def text(plan: HistoryPlan, book: RuleBook, width: int | None = None) -> str:
    """The dry run as people read it, on a screen of `width` cells: every subtask, then what it costs."""
    found = lines(plan, book)
    sizes = {name: max((len(line[name]) for line in found), default=0) if name in _EVEN else 0 for name in COLUMNS}
    rows = [[str(line[name]).ljust(size, _BLANK) for name, size in sizes.items()] for line in found]
    return "\n".join([table([*COLUMNS.values()], rows, "", width), "", *_summary_lines(summary(plan, book))])


def _summary_lines(cost: Mapping[str, Any]) -> list[str]:
    days = "，".join(f"{day}：{count} 次" for day, count in cost["days"].items()) or "无"
    verdicts = "，".join(f"{name} {count}" for name, count in cost["verdicts"].items())
    return [
        f"{cost['data_type']}：{cost['taxpayers']} 个税号，{cost['months']} 个月",
        f"子任务 {cost['subtasks']}（{verdicts}）",
        f"申请 {cost['requests']} 次，{len(cost['days'])} 天（{days}），每天约 {cost['estimated_minutes']} 分钟",
        *(f"注意：{note}" for note in cost["notes"]),
    ]
