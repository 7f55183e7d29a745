"""One value of a payload into the text that COPY takes; what cannot be read is said, never guessed."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from fapiao.identifiers import one_spelling

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
SHANGHAI = ZoneInfo("Asia/Shanghai")
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|[0-9]{4})(?:[ T].*)?", re.DOTALL)
"""Weeks of ISO 8601 and days of the year are dates too, and nobody writes them."""
_EARLIEST_YEAR, _LATEST_YEAR = 1950, 2099
"""What bureaus write for no date at all lies outside: 1900-01-01, 9999-12-31."""
_WIDEST_OFFSET, _MINUTE = timedelta(hours=14), timedelta(minutes=1)
"""No clock of the world is further from UTC (Kiritimati); Python reads up to 24 hours, and what Postgres refuses."""
_MOST_DIGITS = 18
"""Before the point, as numeric(20,2) has them."""
_NO_DATE = "a date like 2027-01-05 or 2027-01-05 09:30:00 is expected"
_LAST_SUMMER_TIME = 1991
"""The clocks of Asia/Shanghai are eight hours ahead ever since."""


class UnreadableValue(ValueError):
    """The value is not of its field's type; the message says what was expected."""


def text(value: object) -> str | None:
    """Trimmed text, None where nothing is left; lists and objects are not text."""
    if isinstance(value, str):
        return (value.replace("\x00", "") if "\x00" in value else value).strip() or None
    if isinstance(value, bool | list | dict):
        raise UnreadableValue("a text is expected")
    return str(value)


def identifier(value: object) -> str | None:
    """A tax number in one spelling: half-width, upper case, nothing between that cannot be seen."""
    found = text(value)
    return one_spelling(found) or None if found else None


def number(value: object) -> str | None:
    """A finite decimal number as it was written; a float counts with its shortest spelling."""
    written = value.strip() if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    if _NUMBER.fullmatch(written):
        if len(written) > _MOST_DIGITS or "e" in written or "E" in written:
            _check_size(written)
        return written
    if not written:
        return None
    raise UnreadableValue("a number is expected")


def _check_size(written: str) -> None:
    number = Decimal(written)
    if number and not -_MOST_DIGITS <= number.adjusted() < _MOST_DIGITS:
        raise UnreadableValue(f"a number of at most {_MOST_DIGITS} digits before the point is expected")


def whole_number(value: object) -> str | None:
    """A whole number that fits an integer column."""
    written = number(value)
    if written is None:
        return None
    whole = Decimal(written)
    if whole != whole.to_integral_value() or abs(whole) >= 2**31:
        raise UnreadableValue("a whole number is expected")
    return str(int(whole))


def instant(value: object) -> str | None:
    """An instant as ISO text with offset; a value without one is read as Asia/Shanghai."""
    moment = _moment(value)
    if moment is None:
        return None
    if moment.tzinfo is None and moment.year > _LAST_SUMMER_TIME and isinstance(value, str) and _USUAL.fullmatch(value):
        return f"{value}+08:00"
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat(sep=" ")


def day(value: object) -> str | None:
    """The day in Asia/Shanghai as YYYY-MM-DD."""
    return _day(str(value))


@lru_cache(maxsize=8192)
def _day(written: str) -> str | None:
    """Days repeat from document to document."""
    moment = _moment(written)
    if moment is None:
        return None
    return (moment.astimezone(SHANGHAI) if moment.tzinfo else moment).date().isoformat()


def json_text(value: object) -> str:
    """JSON as jsonb stores it, keys in order: no NUL characters, decimals as text."""
    encoded = msgspec.json.encode(value, order="sorted")
    if b"\\u0000" in encoded:
        encoded = msgspec.json.encode(_without_nul(value), order="sorted")
    return encoded.decode()


def _moment(value: object) -> datetime | None:
    written = str(value).strip()
    if not written:
        return None
    if not _DATE.fullmatch(written):
        raise UnreadableValue(_NO_DATE)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise UnreadableValue(_NO_DATE) from None
    offset = moment.utcoffset()
    if offset and (abs(offset) > _WIDEST_OFFSET or offset % _MINUTE):
        raise UnreadableValue(_NO_DATE)
    if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        raise UnreadableValue(f"a date from {_EARLIEST_YEAR} to {_LATEST_YEAR} is expected")
    return moment


def _without_nul(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {str(key).replace("\x00", ""): _without_nul(item) for key, item in value.items()}
    return [_without_nul(item) for item in value] if isinstance(value, list) else value


CONVERTERS: dict[str, Callable[[object], str | None]] = {
    "text": text,
    "numeric": number,
    "integer": whole_number,
    "timestamptz": instant,
    "date": day,
}
