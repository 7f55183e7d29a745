"""Identifying numbers in one spelling; Chinese tax numbers, and whether their check character holds."""

import re
import unicodedata

from stdnum.cn import ric, uscc

_TAXPAYER_NO = re.compile(r"[0-9A-Z]{15,20}")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+\d+")
_USCC_LENGTH = 18
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Blanks, control characters, and what only joins or turns others: a zero-width space, a byte order mark."""


def one_spelling(text: str) -> str:
    """An identifying number as it is kept: half-width, upper case, no blanks, nothing that cannot be seen."""
    if text.isascii() and text.isalnum():
        return text.upper()
    seen = (one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) not in _UNSEEN)
    return "".join(seen).upper()


def taxpayer_no(text: str) -> str:
    """纳税人识别号 as the bureau writes it: half-width, upper case, no blanks (domain §1.2).

    Raises ValueError, whose text continues a sentence that names the place, when it cannot be one.
    """
    number = one_spelling(text)
    if _ROUNDED.fullmatch(number):
        raise ValueError(
            f"{text!r} is a number that a spreadsheet has rounded: format the column as text, type it again"
        )
    if not _TAXPAYER_NO.fullmatch(number):
        raise ValueError(f"{text!r} is not a tax number: that is 15 to 20 digits and capital letters")
    return number


def check_character_doubt(number: str) -> str | None:
    """Why the check character of a 统一社会信用代码 looks wrong, or None.

    Only a doubt: real companies have codes that fail (domain §1.1). Numbers of other lengths and identity-card
    numbers have no such character.
    """
    if len(number) != _USCC_LENGTH or ric.is_valid(number):
        return None
    if not _USCC.fullmatch(number):
        return f"{number} has 18 characters, but is no 统一社会信用代码 (GB 32100-2015): is it typed right?"
    expected = uscc.calc_check_digit(number[:-1])
    if number[-1] == expected:
        return None
    return f"the check character of {number} should be {expected} (GB 32100-2015): is it typed right?"
