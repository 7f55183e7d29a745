"""A schedule in words, Chinese and English: what the crons of this project can say."""

import re
from collections.abc import Sequence
from itertools import pairwise

_CRON = re.compile(r"(?P<minute>\d+) (?P<hour>\d+) (?P<days>\*|\d+(?:,\d+)*) \* \*", re.ASCII)
_EVERY_MINUTES = re.compile(r"\*/(\d+) \* \* \* \*", re.ASCII)
_LEAST_IN_A_ROW = 3


def schedule_in_words(crons: Sequence[str]) -> str:
    """每天 06:30、18:30（北京时间）; crons that are written otherwise stand as they are."""
    if not crons:
        return "由人填写表单启动"
    if minutes := _minutes(crons):
        return f"每{minutes}分钟"
    times = _times(crons)
    said = [f"{_day_words(days)} {'、'.join(found)}" for days, found in times.items()]
    return "；".join(said or ["、".join(crons)]) + "（北京时间）"


def schedule_in_english(crons: Sequence[str]) -> str:
    """daily at 06:30, 18:30 (Asia/Shanghai)."""
    if not crons:
        return "started by a person with its form"
    if minutes := _minutes(crons):
        return f"every {minutes} minutes"
    said = [f"{_english_days(days)} at {', '.join(found)}" for days, found in _times(crons).items()]
    return "; ".join(said or [", ".join(crons)]) + " (Asia/Shanghai)"


def _minutes(crons: Sequence[str]) -> str:
    found = _EVERY_MINUTES.fullmatch(crons[0]) if len(crons) == 1 else None
    return found[1] if found else ""


def _times(crons: Sequence[str]) -> dict[str, list[str]]:
    """The times of each group of days; none where a cron is written in another way."""
    times: dict[str, list[str]] = {}
    for cron in crons:
        found = _CRON.fullmatch(cron)
        if not found:
            return {}
        times.setdefault(found["days"], []).append(f"{int(found['hour']):02}:{int(found['minute']):02}")
    return times


def _english_days(days: str) -> str:
    return "daily" if days == "*" else f"on day {', '.join(days.split(','))} of the month"


def _day_words(days: str) -> str:
    if days == "*":
        return "每天"
    numbers = [int(day) for day in days.split(",")]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(numbers) > _LEAST_IN_A_ROW and len(steps) == 1:
        return f"每月{numbers[0]}号起每{steps.pop()}天（到{numbers[-1]}号）"
    return f"每月{'、'.join(map(str, numbers))}号"
