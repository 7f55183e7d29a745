"""A heading as the bureau varies it, in one spelling, and the letters that Excel names columns by."""

import re
import unicodedata

_DRESSING = re.compile(r"[\s*\u200b\ufeff]|\((?:必填|(?:单位:)?元)\)")


def canonical(heading: str) -> str:
    """Without blanks, line breaks, `*`, （必填）, the unit （元） and full-width forms (domain §3)."""
    return _DRESSING.sub("", unicodedata.normalize("NFKC", heading))


def letters(position: int) -> str:
    """The name of a column, counted from 0: A … Z, AA …"""
    before, last = divmod(position, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)
