"""Days and months as people write them, in any width: 2026-01-05, 2026/1/5, 2026年1月5日, 20260105; 2026年1月."""

import re
from datetime import date

from fapiao.identifiers import one_spelling
from fapiao.texts.catalogue import sentence

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?|(\d{4})(\d{2})", re.ASCII)


def day(text: str) -> date:
    """A day. Raises ValueError, whose text says what is wrong in the language that is spoken."""
    try:
        return date(*_numbers(_DAY, text))
    except (TypeError, ValueError):
        raise ValueError(sentence("written_days.not_day", text=text)) from None


def month(text: str) -> date:
    """The first day of a month. Raises ValueError, whose text says what is wrong in the language that is spoken."""
    try:
        year, number = _numbers(_MONTH, text)
        return date(year, number, 1)
    except ValueError:
        raise ValueError(sentence("written_days.not_month", text=text)) from None


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    """The numbers of what is written; none where the pattern does not fit."""
    found = pattern.fullmatch(one_spelling(text))
    return [int(number) for number in found.groups() if number] if found else []
