"""One column of many rows into the texts that COPY takes: equal texts are read once."""

from collections.abc import Callable, Sequence
from typing import Final

from fapiao.payloads.values import UnreadableValue

Converter = Callable[[object], str | None]

UNREADABLE: Final = "\x00"
"""Stands for a value that cannot be read; no converter returns it, for texts lose their NUL characters."""
_TEXTS = frozenset({str, type(None)})
_SELDOM_EQUAL = 2


def read_column(convert: Converter, cells: Sequence[object]) -> list[str | None]:
    """The cells in their order, None where there is nothing, UNREADABLE where the row must be looked at by itself."""
    if _TEXTS.issuperset(map(type, cells)):  # true, 1 and 1.00 are equal, but do not read the same
        different = set(cells)
        if len(different) * _SELDOM_EQUAL < len(cells):
            texts = dict(zip(different, _each(convert, list(different)), strict=True))
            return list(map(texts.__getitem__, cells))
    return _each(convert, cells)


def _each(convert: Converter, cells: Sequence[object]) -> list[str | None]:
    try:
        return [None if cell is None or cell == "" else convert(cell) for cell in cells]
    except UnreadableValue:
        return [_attempt(convert, cell) for cell in cells]


def _attempt(convert: Converter, cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    try:
        return convert(cell)
    except UnreadableValue:
        return UNREADABLE
