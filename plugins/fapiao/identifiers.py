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
    if is_rounded(text):
        raise ValueError(
            f"{text!r} is a number that a spreadsheet has rounded: format the column as text, type it again"
        )
    if not _TAXPAYER_NO.fullmatch(number):
        raise ValueError(f"{text!r} is not a tax number: that is 15 to 20 digits and capital letters")
    return number


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has made a power of ten of a number."""
    return bool(_ROUNDED.fullmatch(one_spelling(text)))


def has_check_character(number: str) -> bool:
    """Whether the number may be a 统一社会信用代码: of its length, and no number of an identity card."""
    return len(number) == _USCC_LENGTH and not ric.is_valid(number)


def expected_check_character(number: str) -> str | None:
    """What a 统一社会信用代码 ends with (GB 32100-2015); None where its other characters make none.

    Another one is only a doubt: real companies have codes that fail (domain §1.1).
    """
    return str(uscc.calc_check_digit(number[:-1])) if _USCC.fullmatch(number) else None
