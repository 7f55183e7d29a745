"""How far the cells of a sheet reach, counted while its XML streams by and before a reader allocates the rectangle."""

import re
from array import array
from collections.abc import Iterator, Sequence

from fapiao.bureau_files.cell_order import CellOrder
from fapiao.bureau_files.headings import LAST_COLUMN, LAST_ROW, number_of
from fapiao.bureau_files.plain_cells import plain_rows
from fapiao.bureau_files.windows import LONGEST_TAG, begins, is_cut, windows

_COLUMN_OF = re.compile(rb' r="([A-Z]{1,3})[1-9][0-9]{0,6}"')
_ROW_OF = re.compile(rb' r="[A-Z]{1,3}([1-9][0-9]{0,6})"')
_CELL = re.compile(rb"<c[\s/>]")
_PREFIXED = re.compile(rb":(?:worksheet|sheetData|row|c|v|f|is|t|r|rPh|mergeCells?)[\s/>]")
_ODD_TAG = re.compile(rb'<(?:c|row)(?=[\s/>])(?!(?: [\w.:-]+="[^"<>&]*")* ?/?>)')
_BROKEN_TAG = re.compile(rb"<[^<>]*<")
_ODD_VALUE = re.compile(
    rb"<(v|t)(?:\s[^<>]*)?>[^<]*<(?!/\1>)|"
    rb'</(?:v|is)>\s*<(?!/c>)|<c [^>]*t="inlineStr"[^>]*>\s*<v|<c (?![^>]*t="inlineStr")[^>]*>\s*<is[\s/>]'
)
"""A second value, one in pieces, or one where its type does not say: readers differ in what they make of it."""
_MAY_BE_ERROR = re.compile(rb"""=\s*["']e["']""")
_ERROR = re.compile(rb'<c [^>]*t="e"[^>]*>')
_NEW_ERROR = re.compile(
    rb't="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>(?!#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)<)'
)
"""Of an Excel younger than the reader."""
_ADDRESS = re.compile(rb' r="([A-Z]+[0-9]+)"')
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]{1,3}[1-9][0-9]{0,6}(?::[A-Z]{1,3}[1-9][0-9]{0,6})?"')
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v>([0-9]+)<")
_ANY_VALUE = re.compile(rb"<(?:[\w.-]+:)?v[\s>]")
_WORKSHEET = begins("worksheet")
_DECLARED = 200
"""Where the declaration at the head of a part ends at the latest."""
_END_OF_TEXT = re.compile(rb"</si>")
_SPELT_OUT = re.compile(rb"<v>[^<]*&#|<[^<>]*&#[^<>]*>")
_OVERLAP = 512
"""Bytes of the piece before that a value may end in."""
_LONGEST_INDEX = 18
"""Digits of a number that a reader takes for the place of a text; a longer one is the first text to it."""


class Extent:
    """What is known of one sheet: its last `row` and `column` (from 1), its `cells`, and its error cells.

    `odd` is a sheet that is not written as programs write them, so that nothing else here is known of it.
    """

    def __init__(self) -> None:
        self.size = self.cells = 0
        self.errors: set[str] = set()
        self.merged = 0
        self.odd = False
        self._begun = False
        self._tables = 0
        self._order = CellOrder()
        self._columns: set[bytes] = set()
        self._last_row = 0
        self._text = self._longest = 0

    @property
    def row(self) -> int:
        """The last row."""
        return max(self._last_row, self._order.row)

    @property
    def column(self) -> int:
        """The last column, from 1."""
        return max(self._order.column, *map(number_of, self._columns), 0)

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1 on."""
        return self.row * self.column

    @property
    def longest(self) -> int:
        """Bytes of the longest text without a tag, or less than a tag's more."""
        return self._longest

    def look(self, window: bytes) -> bool:
        """Looks at one of `windows`; returns whether all its cells are as Excel writes them, without a formula."""
        self.odd = self.odd or self._begins_odd(window) or is_odd(window)
        self.size += len(window)
        self._measure(window)
        if (rows := plain_rows(window)) is not None:
            self._order.follow(rows)
            self.cells += sum(map(len, rows))
        else:
            self._look_closely(window)
        self.odd = self.odd or self._order.broken or self._is_beyond()
        return rows is not None

    def _look_closely(self, window: bytes) -> None:
        self._order.look(window)
        self._tables += window.count(b"<sheetData")
        self.merged += window.count(b"mergeCell")
        self.odd = self.odd or self._tables > 1 or bool(_PREFIXED.search(window))
        if not self.odd:
            self._look_at_each(window)

    def _is_beyond(self) -> bool:
        return self.row > LAST_ROW or self.column > LAST_COLUMN

    def _begins_odd(self, window: bytes) -> bool:
        """Whether it stands before the cells, and has something that a reader does not take."""
        if self._begun:
            return False
        self._begun = b"<sheetData" in window
        strange = not self.size and not _WORKSHEET.match(window)
        return strange or window.count(b"<dimension") != len(_DIMENSION.findall(window))

    def _measure(self, window: bytes) -> None:
        """A text without a tag goes on from one window to the next only where it is long."""
        self._text = len(window) if b"<" in window else self._text + len(window)
        if self._text > LONGEST_TAG:
            self._longest = max(self._longest, self._text - max(window.rfind(b"<"), 0))

    def _look_at_each(self, window: bytes) -> None:
        # One group each: tuples by the hundred thousand would call the collector of cycles.
        columns = _COLUMN_OF.findall(window)
        self._columns.update(columns)
        self._last_row = max(self._last_row, *map(int, set(_ROW_OF.findall(window))), 0)
        self.cells += len(columns)
        self.odd = (
            len(_CELL.findall(window)) != len(columns)
            or bool(_ODD_TAG.search(window))
            or bool(_ODD_VALUE.search(window) or _BROKEN_TAG.search(window))
        )
        if _MAY_BE_ERROR.search(window) and not self.odd:
            self.odd = bool(_NEW_ERROR.search(window))
            self.errors.update(tag[1].decode() for tag in map(_ADDRESS.search, _ERROR.findall(window)) if tag)


def is_odd(window: bytes) -> bool:
    """Whether a comment, an instruction, a spelt-out character in a value or a cut tag stands in it."""
    # one rare byte is found at once, and two that begin with a frequent one are not
    if (b"!" in window and b"<!" in window) or (b"?" in window and window.rfind(b"?>") > _DECLARED):
        return True
    return is_cut(window) or (b"&" in window and b"&#" in window and bool(_SPELT_OUT.search(window)))


class Uses:
    """How many bytes the shared texts of a workbook take once every cell has its own copy."""

    def __init__(self, lengths: Sequence[int]) -> None:
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
            unsure = len(_ANY_VALUE.findall(window)) - len(values) + sum(len(one) > _LONGEST_INDEX for one in values)
            self.total += self._longest * max(0, unsure)
            yield piece
            before = window[-_OVERLAP:]


_TEXT_TAG = re.compile(rb"</?si[\s/>]")
_TEXTS = begins("sst")
_ANNOUNCED = re.compile(rb"""uniqueCount\s*=\s*["']([0-9]{1,18})["']""")
_ODD_TEXT = re.compile(rb":(?:sst|si|t|r|rPh)[\s/>]|<[^<>]*<|<t(?:\s[^<>]*)?>[^<]*<(?!/t>)")
"""A prefix, a tag that does not end, or a text in pieces."""


def text_lengths(pieces: Iterator[bytes]) -> "array[int] | None":
    """Bytes of every shared text with its tags, in their order; None where the part is not as programs write it.

    A reader reserves as much as the part announces.
    """
    found, seen, start, announced, opened = array("Q"), 0, 0, 0, 0
    for window in windows(pieces):
        head = None if seen else _TEXTS.match(window)
        if (not seen and head is None) or is_odd(window) or _ODD_TEXT.search(window):
            return None
        if head:
            announced = _announced(window[head.end() : window.find(b">", head.end())])
        tags = _TEXT_TAG.findall(window)
        begin, end_ = tags[opened % 2 :: 2], tags[(opened + 1) % 2 :: 2]
        if {*begin} - {b"<si>"} or {*end_} - {b"</si>"}:
            return None
        opened += len(tags)
        for match in _END_OF_TEXT.finditer(window):
            end = seen + match.end()
            found.append(end - start)
            start = end
        seen += len(window)
    return None if opened % 2 or announced > 2 * len(found) + 1000 else found


def _announced(attributes: bytes) -> int:
    """How many texts a part says that it has; more than it can have where it says so in another way."""
    told = _ANNOUNCED.findall(attributes)
    return max(map(int, told), default=0) if len(told) == attributes.count(b"uniqueCount") else 2**64
