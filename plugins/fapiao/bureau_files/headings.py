"""A heading as the bureau varies it, in one spelling, and the letters that Excel names columns by."""

import re
import unicodedata

_DRESSING = re.compile(r"[\s*\u200b\ufeff]|\((?:必填|(?:单位:)?元)\)")

LAST_ROW, LAST_COLUMN = 2**20, 2**14
"""XFD1048576, from 1."""


def canonical(heading: str) -> str:
    """Without blanks, line breaks, `*`, （必填）, the unit （元） and full-width forms (domain §3)."""
    return _DRESSING.sub("", unicodedata.normalize("NFKC", heading))


def letters(position: int) -> str:
    """The name of a column, counted from 0: A … Z, AA …"""
    before, last = divmod(position, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def number_of(name: bytes) -> int:
    """The number of a column by its letters: A is 1; what is no column of Excel (after XFD) is the one after it."""
    number = 0
    for letter in name[:4]:
        number = number * 26 + letter - 64
    return min(number, LAST_COLUMN + 1)
