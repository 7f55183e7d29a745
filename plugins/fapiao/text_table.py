"""Rows as people read them: aligned columns, Chinese characters counted as the two cells they take."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from fapiao.tasks import SHANGHAI

EMPTY = "—"


def cell(value: object) -> str:
    """One value as text: nothing is a dash, a flag 是 or 否, an instant a second in Asia/Shanghai, a list joined."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def width(text: str) -> int:
    """How many terminal cells a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "  ") -> str:
    """A table with its headings; numbers stand right, texts left. No rows, no table: one line that says so."""
    values = list(rows)
    if not values:
        return f"{indent}(nothing)"
    texts = [[cell(value) for value in row] for row in values]
    widths = [max(width(heading), *(width(row[n]) for row in texts)) for n, heading in enumerate(headings)]
    right = [all(_is_number(row[n]) or row[n] is None for row in values) for n in range(len(headings))]
    lines = [headings, ["─" * size for size in widths], *texts]
    return "\n".join(indent + "  ".join(map(_pad, line, widths, right)).rstrip() for line in lines)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _pad(text: str, size: int, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space
