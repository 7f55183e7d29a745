"""Single values of an answer about a selection: as the channel promises them, or unreadable with a short sentence."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fapiao.identifiers import one_spelling
from fapiao.identity import spelled
from fapiao.selection.answers import UnreadableAnswer
from fapiao.shown import shown
from fapiao.tolerant_json import BrokenRow

_CODE = re.compile(r"[0-9A-Za-z_\[\]-]{1,16}")
_PERIOD = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])")
_LONGEST_NUMBER = 64
_MOST_DIGITS = 9
_SHOWN = 40
_YEARS = range(2000, 2100)


def row_of(row: object) -> Mapping[str, Any]:
    """An element of a list, an object whose every value was read exactly. Raises UnreadableAnswer."""
    if isinstance(row, BrokenRow):
        raise UnreadableAnswer(row.reason)
    if not isinstance(row, Mapping):
        raise UnreadableAnswer(f"{told(row)} is no object")
    return row


def document_of(row: Mapping[str, Any], name: str) -> str:
    """Which document an element names, as the pool spells it. Raises UnreadableAnswer."""
    value = row.get(name)
    number = spelled(value) if isinstance(value, str) else ""
    if not number or len(number) > _LONGEST_NUMBER:
        raise UnreadableAnswer(f"{name} {told(value)} names no document")
    return number


def code_of(value: object, name: str, digits: int = 1) -> str:
    """A code; a number has lost the zeros before it. Raises UnreadableAnswer."""
    code = f"{value:0{digits}d}" if type(value) is int else one_spelling(value) if isinstance(value, str) else ""
    if not _CODE.fullmatch(code):
        raise UnreadableAnswer(f"{name} {told(value)} is no code")
    return code


def whole_of(value: object, name: str) -> int:
    """A whole number, as one or as text. Raises UnreadableAnswer."""
    text = str(value).strip() if isinstance(value, str) or type(value) is int else ""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise UnreadableAnswer(f"{name} {told(value)} is no whole number")
    return int(text)


def words_of(value: object) -> str:
    """The bureau's words, whole; what is no text is told as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def period_of(value: object) -> str:
    """税款所属期, YYYYMM. Raises UnreadableAnswer."""
    period = one_spelling(str(value)) if isinstance(value, str | int) else ""
    if not _PERIOD.fullmatch(period):
        raise UnreadableAnswer(f"{told(value)} is no 税款所属期")
    return period


def period_if_said(value: object) -> str | None:
    """As period_of, None for what is none."""
    try:
        return period_of(value)
    except UnreadableAnswer:
        return None


def day_if_said(value: object) -> date | None:
    """A day written YYYYMMDD, None for what is none."""
    try:
        found = datetime.strptime(str(value)[:_SHOWN], "%Y%m%d").date()  # noqa: DTZ007 a day has no zone
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def hold_against(data: Mapping[str, Any], asked: Mapping[str, str]) -> None:
    """Raises UnreadableAnswer where the answer says that it is about something else than what was asked for."""
    for name, expected in asked.items():
        named = data.get(name)
        if named not in (None, "") and one_spelling(words_of(named)) != one_spelling(expected):
            raise UnreadableAnswer(f"asked about {name} {expected}, told about {told(named)}")


def told(value: object) -> str:
    """A value as it is shown in a sentence."""
    return repr(shown(words_of(value), _SHOWN)) if value is not None else "(nothing)"
