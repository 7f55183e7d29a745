"""A schedule in words, Chinese and English: what the crons of this project can say."""

import re
from collections.abc import Sequence
from itertools import pairwise

_CRON = re.compile(r"(?P<minute>\S+) (?P<hour>\S+) (?P<days>\S+) \* \*")
_EVERY_MINUTES = re.compile(r"\*/(\d+)")
_LEAST_IN_A_ROW = 3


def schedule_in_words(crons: Sequence[str]) -> str:
    """每天 06:30、18:30（北京时间）; a cron that is written otherwise stands as it is."""
    if not crons:
        return "由人填写表单启动"
    if minutes := _minutes(crons):
        return f"每{minutes}分钟"
    days = dict.fromkeys(_day_words(cron) for cron in crons)
    times = {day: [_time(cron) for cron in crons if _day_words(cron) == day] for day in days}
    return "；".join(f"{day} {'、'.join(found)}" for day, found in times.items()) + "（北京时间）"


def schedule_in_english(crons: Sequence[str]) -> str:
    """daily at 06:30, 18:30 (Asia/Shanghai)."""
    if not crons:
        return "started by a person with its form"
    if minutes := _minutes(crons):
        return f"every {minutes} minutes"
    days = _days(crons[0])
    when = "daily" if days == "*" else f"on day {', '.join(days.split(','))} of the month"
    return f"{when} at {', '.join(map(_time, crons))} (Asia/Shanghai)"


def _minutes(crons: Sequence[str]) -> str:
    found = _EVERY_MINUTES.fullmatch(crons[0].split()[0]) if len(crons) == 1 else None
    return found[1] if found and crons[0].split()[1:] == ["*"] * 4 else ""


def _days(cron: str) -> str:
    found = _CRON.fullmatch(cron)
    return found["days"] if found else "*"


def _time(cron: str) -> str:
    found = _CRON.fullmatch(cron)
    if found and found["minute"].isdecimal() and found["hour"].isdecimal():
        return f"{int(found['hour']):02}:{int(found['minute']):02}"
    return cron


def _day_words(cron: str) -> str:
    days = _days(cron)
    if days == "*":
        return "每天"
    numbers = [int(day) for day in days.split(",")]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(numbers) > _LEAST_IN_A_ROW and len(steps) == 1:
        return f"每月{numbers[0]}号起每{steps.pop()}天（到{numbers[-1]}号）"
    return f"每月{'、'.join(map(str, numbers))}号"
