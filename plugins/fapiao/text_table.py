"""Rows as people read them: aligned columns, Chinese characters counted as the two cells they take."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from rich.cells import cell_len, chop_cells

from fapiao.tasks import SHANGHAI

EMPTY = "—"
_GAP = "  "
_LEAST = 8
"""Cells that a column keeps on the narrowest screen."""


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


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "  ", width: int | None = None
) -> str:
    """A table with its headings; numbers stand right, texts left. No rows, no table: one line that says so.

    `width` are the cells of a screen, on which what is too long goes on below; without it every row is one line.
    """
    values = list(rows)
    if not values:
        return f"{indent}(nothing)"
    texts = [[*headings], *([cell(value) for value in row] for row in values)]
    sizes = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    if width is not None:
        sizes = _fitting(sizes, width - cell_len(indent) - len(_GAP) * (len(sizes) - 1))
    right = [all(_is_number(row[n]) or row[n] is None for row in values) for n in range(len(headings))]
    texts.insert(1, ["─" * size for size in sizes])
    lines = (line for text in texts for line in _folded(text, sizes))
    return "\n".join(indent + _GAP.join(map(_pad, line, sizes, right)).rstrip() for line in lines)


def _fitting(sizes: Sequence[int], room: int) -> list[int]:
    """The widest columns give way to the others, down to what is still read."""
    found = [*sizes]
    while sum(found) > room and max(found) > _LEAST:
        found[found.index(max(found))] -= 1
    return found


def _folded(texts: Sequence[str], sizes: Sequence[int]) -> Iterator[Sequence[str]]:
    """The lines of a row."""
    pieces = [
        chop_cells(text, size) if cell_len(text) > size else [text] for text, size in zip(texts, sizes, strict=True)
    ]
    return zip_longest(*pieces, fillvalue="")


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _pad(text: str, size: int, right: bool) -> str:
    space = " " * (size - cell_len(text))
    return space + text if right else text + space
