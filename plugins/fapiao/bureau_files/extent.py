"""How far the cells of a sheet reach, counted while its XML streams by and before a reader allocates the rectangle."""

import re
from collections.abc import Iterator
from functools import lru_cache

from fapiao.bureau_files.headings import letters

_COLUMN_OF = re.compile(rb' r="([A-Z]+)[0-9]+"')
_ROW_OF = re.compile(rb' r="[A-Z]+([0-9]+)"')
_ANY_ADDRESS = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)([0-9]+)""")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s>/]")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s>/]")
_ROW_TAG = re.compile(rb"""<(?:[\w.-]+:)?row\s[^>]*?\br\s*=\s*["']\s*([0-9]{1,9})""")
_PREFIXED = re.compile(rb":(?:c|row)[\s>/]")
_MAY_BE_ERROR = re.compile(rb"""=\s*["']e["']""")
_ERROR = re.compile(rb"""<(?:[\w.-]+:)?c\s[^>]*\bt\s*=\s*["']e["'][^>]*>""")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v>([0-9]+)<")
_ANY_VALUE = re.compile(rb"<(?:[\w.-]+:)?v[\s>]")
LAST_ROW, LAST_COLUMN = 2**20, 2**14
"""XFD1048576, from 1."""
MOST_ERRORS = 10_000
"""Error cells of a sheet that are kept by their addresses."""
_WIDEST = 52
"""Columns up to AZ."""
_SMALLEST_CELL = len("<c><v>1</v></c>")
_OVERLAP = 512
"""Bytes of the piece before that a value may end in."""


class Extent:
    """What is known of one sheet: at most its last `row` and `column` (from 1) and its `cells`, and its error cells.

    As long as the cells of a window look like those before and stand in rows of as many digits as its last one, that is
    all that is asked of them: a look at each one of millions would cost more than it is worth. `exact` looks at each;
    where the rougher answer is too large, the sheet is looked at once more that way. Cells without an address of their
    own are counted on from the beginning of the row.
    """

    def __init__(self, *, exact: bool = False) -> None:
        self.size = 0
        self._cells = 0
        self.errors: set[str] = set()
        self.exact = exact
        self._columns: set[bytes] = set()
        self._last_row = 0
        self._passed_rows = 0
        self._row_tag = 0
        self._rows = 0
        self._in_row = 0
        self._unaddressed = 0

    @property
    def row(self) -> int:
        """The last row, or a later one."""
        return max(self._last_row, self._passed_rows) + self._rows

    @property
    def column(self) -> int:
        """The last column, from 1, or a later one."""
        return max(map(number_of, self._columns), default=0) + self._unaddressed

    @property
    def cells(self) -> int:
        """How many cells there are, or more."""
        return self._cells if self.exact else self.size // _SMALLEST_CELL

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1 on."""
        return self.row * self.column

    def look(self, window: bytes) -> bool:
        """Looks at one of `windows`; returns whether all its cells are as Excel writes them, without a formula."""
        row_tag = _last_row_tag(window) or self._row_tag
        row = max(self._last_row, row_tag)
        usual, passed = _usual(max(map(number_of, self._columns), default=0), row)
        is_usual = usual is not None and not usual.search(window) and not _PREFIXED.search(window)
        self.size += len(window)
        if self.exact or not is_usual:
            self._look_at_each(window)
        else:
            self._last_row, self._passed_rows = row, max(self._passed_rows, passed)
        self._row_tag = row_tag if is_usual else max(self._row_tag, *map(int, _ROW_TAG.findall(window)), 0)
        return is_usual

    def _look_at_each(self, window: bytes) -> None:
        # One group each: tuples by the hundred thousand would call the collector of cycles.
        columns = _COLUMN_OF.findall(window)
        self._columns.update(columns)
        self._last_row = max(self._last_row, *map(int, set(_ROW_OF.findall(window))), 0)
        self._cells += len(columns)
        if window.count(b"<c") + window.count(b":c") > len(columns):
            self._look_for_others(window, len(columns))
        if len(self.errors) <= MOST_ERRORS and _MAY_BE_ERROR.search(window):
            self.errors.update(map(_address, _ERROR.findall(window)))

    def _look_for_others(self, window: bytes, addressed: int) -> None:
        """A window in which something begins like a cell and has no address as Excel writes it."""
        for name, number in set(_ANY_ADDRESS.findall(window)):
            self._columns.add(name.upper())
            self._last_row = max(self._last_row, int(number[:9]))
        first, *others = _ROW.split(window)
        self._rows += len(others)
        unaddressed = len(_CELL.findall(window)) - addressed
        if unaddressed <= 0:
            return
        self._cells += unaddressed
        self._last_row = max(self._last_row, self._row_tag)
        counts = [self._in_row + len(_CELL.findall(first)), *(len(_CELL.findall(other)) for other in others)]
        self._in_row = counts[-1]
        self._unaddressed = max(self._unaddressed, *counts)


def _last_row_tag(window: bytes) -> int:
    """The number of the last row that begins in a window as Excel writes it, or 0."""
    at = window.rfind(b"<row ")
    found = _ROW_TAG.match(window, at) if at >= 0 else None
    return int(found[1]) if found else 0


@lru_cache(maxsize=1024)
def _usual(column: int, row: int) -> tuple[re.Pattern[bytes] | None, int]:
    """What finds a formula, or a cell beyond these or not as Excel writes it; and the last row that it lets pass.

    None for a sheet that is too wide to tell, or not begun.
    """
    if not 0 < column <= _WIDEST or row < 1:
        return None, 0
    last, first, more = letters(column - 1), int(str(row)[0]), len(str(row)) - 1
    columns = f"[A-{last}]" if len(last) == 1 else f"(?:[A-Z]|A[A-{last[1]}])"
    rows = f"[1-{first}]?[0-9]{{1,{more}}}" if more else "[0-9]"
    tag = rf' r="{columns}{rows}"(?: t="[^e]|>| s="[0-9]+"(?: t="[^e]|/?>)|/>)'
    return re.compile(f"<(?:f|row[^ >]|c(?!{tag}))".encode()), (first + 1) * 10**more - 1 if more else 9


class Uses:
    """How many bytes the shared texts of a workbook take once every cell has its own copy."""

    def __init__(self, lengths: list[int]) -> None:
        self._lengths = lengths
        self._longest = max(lengths, default=0)
        self.total = 0

    def passing(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces of a sheet; a value that is not written as Excel writes it counts as the longest text."""
        before = b""
        for piece in pieces:
            window = before + piece
            values = _VALUE.findall(window)
            known = len(self._lengths)
            self.total += sum(self._lengths[at] for at in map(int, values) if at < known)
            self.total += self._longest * max(0, len(_ANY_VALUE.findall(window)) - len(values))
            yield piece
            before = window[-_OVERLAP:]


_END_OF_TEXT = re.compile(rb"</(?:[\w.-]+:)?si\s*>|<(?:[\w.-]+:)?si\s*/>")


def text_lengths(pieces: Iterator[bytes]) -> list[int] | None:
    """Bytes of every shared text with its tags, in their order; None where the part is not as Excel writes it.

    A comment or a CDATA section may hold what looks like the end of a text; Excel writes neither.
    """
    found: list[int] = []
    before, start, seen, odd = b"", 0, 0, False
    for piece in pieces:
        window = before + piece
        odd = odd or b"<!" in window
        offset = seen - len(before)
        for match in _END_OF_TEXT.finditer(window):
            end = offset + match.end()
            if end > start:
                found.append(end - start)
                start = end
        seen += len(piece)
        before = window[-_OVERLAP:]
    return None if odd else found


def number_of(name: bytes) -> int:
    """The number of a column by its letters: A is 1; what is no column of Excel (after XFD) is the last."""
    number = 0
    for letter in name[:4]:
        number = number * 26 + letter - 64
    return min(number, LAST_COLUMN)


def _address(tag: bytes) -> str:
    found = _ANY_ADDRESS.search(tag)
    return (found.group(1).upper() + found.group(2)).decode() if found else ""
