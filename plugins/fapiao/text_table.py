"""Rows as people read them: aligned columns, Chinese characters counted as the two cells they take."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from rich.cells import cell_len

from fapiao.shown import visible
from fapiao.tasks import SHANGHAI

EMPTY = "—"
_GAP = "  "
_LEAST = 8
"""Cells that a column keeps on the narrowest screen."""
_PIECES = re.compile(r"[!-~]+|.", re.DOTALL)
"""What is never cut, for people copy it: a word, a number, a date, a Chinese character."""


def cell(value: object) -> str:
    """One value as text: nothing is a dash, a flag 是 or 否, an instant a second in Asia/Shanghai, a list joined."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return visible(",".join(map(str, value)))
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else visible(str(value))


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "  ", width: int | None = None
) -> str:
    """A table with its headings; numbers stand right, texts left. No rows, no table: one line that says so.

    `width` are the cells of a screen: where sentences can be cut so that it fits, they go on below. No word, number or
    Chinese character is cut, and without a width every row is one line.
    """
    values = list(rows)
    if not values:
        return f"{indent}(nothing)"
    texts = [[*headings], *([cell(value) for value in row] for row in values)]
    sizes: Sequence[int] = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    room = None if width is None else width - cell_len(indent) - len(_GAP) * (len(sizes) - 1)
    if room is not None and room < sum(sizes):
        sizes = _fitting(texts, sizes, room)
    right = [all(_is_number(row[n]) or row[n] is None for row in values) for n in range(len(headings))]
    texts.insert(1, ["─" * size for size in sizes])
    lines = (line for text in texts for line in zip_longest(*map(_cut, text, sizes), fillvalue=""))
    return "\n".join(indent + _GAP.join(map(_pad, line, sizes, right)).rstrip() for line in lines)


def _fitting(texts: Sequence[Sequence[str]], sizes: Sequence[int], room: int) -> Sequence[int]:
    """The widest columns give way as far as they can be cut; where that is not enough, none does."""
    found = [*sizes]
    least = [
        max((cell_len(piece) for text in column for piece in _PIECES.findall(text)), default=0)
        for column in zip(*texts, strict=True)
    ]
    while sum(found) > room:
        if not (wide := [n for n, size in enumerate(found) if size > max(least[n], _LEAST)]):
            return sizes
        found[max(wide, key=lambda n: found[n])] -= 1
    return found


def _cut(text: str, size: int) -> list[str]:
    if cell_len(text) <= size:
        return [text]
    lines = [""]
    for piece in _PIECES.findall(text):
        if cell_len(lines[-1] + piece) > size:
            lines.append(piece.strip())
        else:
            lines[-1] += piece
    return lines


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _pad(text: str, size: int, right: bool) -> str:
    space = " " * (size - cell_len(text))
    return space + text if right else text + space
