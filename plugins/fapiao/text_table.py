"""Rows as people read them: aligned columns, Chinese characters counted as the two cells they take."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

EMPTY = "—"


def cell(value: object) -> str:
    """One value as text; nothing is a dash, instants lose their fractions, lists are joined."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
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
    right = [all(isinstance(row[n], int | Decimal | None) for row in values) for n in range(len(headings))]
    lines = [headings, ["─" * size for size in widths], *texts]
    return "\n".join(indent + "  ".join(map(_pad, line, widths, right)).rstrip() for line in lines)


def _pad(text: str, size: int, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space
