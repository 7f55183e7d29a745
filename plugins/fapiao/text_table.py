"""Rows as people read them: aligned columns, Chinese characters counted as the two cells they take."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from rich.cells import cell_len

from fapiao.shown import visible
from fapiao.tasks import SHANGHAI
from fapiao.texts.catalogue import sentence

EMPTY = "—"
GAP = "  "
_LEAST = 8
"""Cells that a column keeps on the narrowest screen."""
_PIECES = re.compile(r"(?:[!-~]+|.)[，。、；：？！”）】》…]*", re.DOTALL)
"""What is never cut, for people copy it: a word, a number, a date, a Chinese character; a line begins with no comma."""


def cell(value: object) -> str:
    """One value as text: nothing is a dash, a flag 是 or 否, an instant a second in Asia/Shanghai, a list joined."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return sentence("screen.yes") if value else sentence("screen.no")
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return visible(",".join(map(str, value)))
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else visible(str(value))


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows as texts, the headings first; how many cells each column takes, and which of them are numbers."""

    texts: Sequence[Sequence[str]]
    sizes: Sequence[int]
    right: Sequence[bool]

    def cut(self, row: Sequence[str]) -> list[list[str]]:
        """The lines of each of its texts."""
        return [*map(cut, row, self.sizes)]


def columns(headings: Sequence[str], values: Sequence[Sequence[object]], room: int | None = None) -> Columns | None:
    """How the rows stand in so many cells, gaps included; None where no cut makes them fit.

    No word, number or Chinese character is cut. Without `room` every row is one line. There must be rows.
    """
    texts = [[*headings], *([cell(value) for value in row] for row in values)]
    sizes: Sequence[int] | None = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    if room is not None and sizes is not None:
        sizes = _fitting(texts, sizes, room - len(GAP) * (len(sizes) - 1))
    right = [all(_is_number(row[n]) or row[n] is None for row in values) for n in range(len(headings))]
    return Columns(texts, sizes, right) if sizes is not None else None


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "  ", width: int | None = None
) -> str:
    """A table with its headings; numbers stand right, texts left. No rows, no table: one line that says so.

    `width` are the cells of a screen: where sentences can be cut so that it fits, they go on below; where that is not
    enough, each row is a record, one value a line. Without a width every row is one line.
    """
    values = list(rows)
    if not values:
        return indent + sentence("screen.nothing")
    room = None if width is None else width - cell_len(indent)
    found = columns(headings, values, room)
    if found is None:
        return "\n".join(indent + line for line in _records(headings, values, room or 0))
    texts = [found.texts[0], ["─" * size for size in found.sizes], *found.texts[1:]]
    lines = (line for text in texts for line in zip_longest(*found.cut(text), fillvalue=""))
    return "\n".join(indent + GAP.join(map(_pad, line, found.sizes, found.right)).rstrip() for line in lines)


def _records(headings: Sequence[str], values: Sequence[Sequence[object]], room: int) -> Iterator[str]:
    """Each row as lines of heading and value, a line between two rows; a long value goes on below."""
    size = max(map(cell_len, headings))
    left = max(room - size - len(GAP), _LEAST)
    for number, row in enumerate(values):
        if number:
            yield "─" * size
        for heading, value in zip(headings, row, strict=True):
            for line, text in enumerate(cut(cell(value), left)):
                yield f"{_pad('' if line else heading, size, right=False)}{GAP}{text}"


def _fitting(texts: Sequence[Sequence[str]], sizes: Sequence[int], room: int) -> Sequence[int] | None:
    """The widest columns give way as far as they can be cut; None where that is not enough."""
    found = [*sizes]
    least = [
        max((cell_len(piece) for text in column for piece in _PIECES.findall(text)), default=0)
        for column in zip(*texts, strict=True)
    ]
    while sum(found) > room:
        if not (wide := [n for n, size in enumerate(found) if size > max(least[n], _LEAST)]):
            return None
        found[max(wide, key=lambda n: found[n])] -= 1
    return found


def cut(text: str, size: int) -> list[str]:
    """The text as lines of so many cells; what is never cut may be longer."""
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
