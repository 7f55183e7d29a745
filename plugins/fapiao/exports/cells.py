"""What an Excel cell can hold: numbers of 15 digits, days from 1900 on, 32,767 characters; the rest becomes text."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from fapiao.masking import masked
from fapiao.shown import visible_lines

Cell = str | float | int | date | datetime | None
"""An instant is its clock in Asia/Shanghai, for Excel knows no zones."""

Form = Literal["text", "money", "number", "count", "date", "instant"]
FORMS: Mapping[str, str] = {
    "text": "@",
    "money": "0.00",
    "number": "General",
    "count": "0",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
}
"""The number format of every form. `@` keeps a text a text when somebody edits the cell: `=1+1` and 20 digits alike."""

EXACT_DIGITS = 15
"""Excel keeps a number to 15 digits and makes the rest zeros (C43)."""
LONGEST_TEXT = 32_767
FIRST_YEAR = 1900
YES, NO = "是", "否"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text(value: str) -> str:
    r"""A text as a cell takes it, too long a one ending with `…`.

    What XML cannot carry is shown as a replacement, what nobody sees or what turns its neighbours as \uXXXX.
    """
    # a cell may hold any line break, which moves no cursor there
    clean = "\r".join(map(visible_lines, _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value).split("\r")))
    return clean if len(clean) <= LONGEST_TEXT else clean[: LONGEST_TEXT - 1] + "…"


def number(written: str) -> float | str:
    """A number out of its decimal digits; the digits themselves where a cell would lose some (C43, never 2.7e19)."""
    exact = len(written) <= EXACT_DIGITS or sum(map(str.isdigit, written.strip("-0."))) <= EXACT_DIGITS
    # the cell of an .xlsx file is a double: this is the last step of a sum that was numeric all the way
    return float(written) if exact else written


def day(value: date) -> date | str:
    """A day; as a text where Excel's calendar has not begun."""
    return value if value.year >= FIRST_YEAR else value.isoformat()


def json_text(value: Any) -> str:
    """JSON on one line, secrets hidden."""
    return json.dumps(masked(value), ensure_ascii=False, default=str)


def cell(value: object, form: str = "number") -> Cell:
    """Any value of Python as a cell; None stays empty, lists are joined, form `text` makes a text of everything."""
    found = _cell(value)
    return found if found is None or isinstance(found, str) or form != "text" else str(found)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str):
        return value and text(value)
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float | Decimal):
        return _plain(value)
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, list | tuple):
        return text(",".join(map(str, value)))
    return text(json_text(value) if isinstance(value, dict) else str(value))


def _plain(value: int | float | Decimal) -> Cell:
    written = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value if isinstance(value, int) and len(written) <= EXACT_DIGITS else number(written)


def _moment(value: date) -> Cell:
    found = day(value)
    return found.replace(tzinfo=None) if isinstance(found, datetime) else found
