"""The records of an .xls ([MS-XLS] 2.1.4): each where the one before ends, down to the end that closes them."""

import struct
from collections.abc import Iterator

BOF, EOF, CONTINUE, TEXTS = 0x0809, 0x000A, 0x003C, 0x00FC
FORMULA, TRUTH_OR_ERROR, _NUMBERS = 0x0006, 0x0205, 0x00BD
_CELLS = frozenset({FORMULA, TRUTH_OR_ERROR, _NUMBERS, 0xD6, 0xFD, 0x203, 0x204, 0x27E})
"""Records that begin with the row and the column of a cell that is not blank; one kind has several of a row."""
_HEAD = struct.Struct("<HH")
_OF_NUMBERS, _EACH_NUMBER = 6, 6
"""Bytes of that kind: its own, and of each of its cells."""
_WIDEST = 256
_HOLE = bytes(64)
"""No text has as many zeros: a copy that was not finished has them where its bytes should be."""


def records(stream: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """(kind, start of the body, its length) of one substream, to its EOF. Raises ValueError where it is not whole."""
    unpack, head, end, depth = _HEAD.unpack_from, _HEAD.size, len(stream) - _HEAD.size, 0
    while position <= end:
        kind, length = unpack(stream, position)
        if not kind:
            raise ValueError("zeros where a record should be")
        yield kind, (at := position + head), length
        position = at + length
        if kind == BOF:
            depth += 1
        elif kind == EOF or not depth:
            depth -= 1
            if depth <= 0:
                return
    raise ValueError("no end of the records")


def check_texts(stream: bytes) -> None:
    """Raises ValueError for shared texts with a hole in them: all behind it would be others than the cells mean."""
    before = 0
    for kind, at, length in records(stream, 0):
        before = TEXTS if kind == TEXTS or (kind == CONTINUE and before == TEXTS) else 0
        if before and stream.find(_HOLE, at, at + length) >= 0:
            raise ValueError("a hole in the texts")


def double_cell(stream: bytes, start: int) -> tuple[int, int] | None:
    """Row and column, from 0, of a cell that a sheet has twice, of which a reader keeps one; None where there is none.

    Raises ValueError for a sheet that is not whole.
    """
    return None if _in_order(stream, start) else _double(stream, start)


def _in_order(stream: bytes, start: int) -> bool:
    """Whether each cell comes after the one before; in one loop of its own, for a file has a million of them.

    Raises ValueError for a sheet that is not whole, out of order or not.
    """
    unpack, find, cells, long = _HEAD.unpack_from, stream.find, _CELLS, len(_HOLE)
    before, in_order = -1, True
    for kind, at, length in records(stream, start):
        if kind in cells:
            row, column = unpack(stream, at)
            place = row << 16 | column
            if length >= long and find(_HOLE, at, at + length) >= 0:
                raise ValueError("a hole in a cell")
            in_order = in_order and place > before
            before = place + _count(length) - 1 if kind == _NUMBERS else place
    return in_order


def _count(length: int) -> int:
    """How many cells a record of several has."""
    return (length - _OF_NUMBERS) // _EACH_NUMBER


def _cells(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Row and column of every record of cells, and how many it has."""
    unpack = _HEAD.unpack_from
    for kind, at, length in records(stream, start):
        if kind in _CELLS:
            yield unpack(stream, at), _count(length) if kind == _NUMBERS else 1


def _double(stream: bytes, start: int) -> tuple[int, int] | None:
    """The same, where the cells do not come in their order."""
    seen = bytearray(_WIDEST * 2**16)
    for (row, column), count in _cells(stream, start):
        for at in range(column, column + count):
            if at >= _WIDEST:
                raise ValueError("a column beyond the last")
            if seen[row * _WIDEST + at]:
                return row, at
            seen[row * _WIDEST + at] = 1
    return None
