"""One value of a payload into the text that COPY takes; what cannot be read is said, never guessed."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_EARLIEST_YEAR = 1900


class Unreadable(ValueError):
    """The value is not of its field's type; the message says what was expected."""


def text(value: object) -> str | None:
    """Trimmed text, None where nothing is left; lists and objects are not text."""
    if isinstance(value, str):
        return value.replace("\x00", "").strip() or None
    if isinstance(value, bool | list | dict):
        raise Unreadable("a text is expected")
    return str(value)


def number(value: object) -> str | None:
    """A finite decimal number as it was written; a float counts with its shortest spelling."""
    written = value.strip() if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    if not written:
        return None
    try:
        finite = Decimal(written).is_finite()
    except InvalidOperation:
        finite = False
    if not finite or "_" in written or isinstance(value, bool):
        raise Unreadable("a number is expected")
    return written


def whole_number(value: object) -> str | None:
    """A whole number that fits an integer column."""
    written = number(value)
    if written is None:
        return None
    whole = Decimal(written)
    if whole != whole.to_integral_value() or abs(whole) >= 2**31:
        raise Unreadable("a whole number is expected")
    return str(int(whole))


def instant(value: object) -> str | None:
    """An instant as ISO text with offset; a value without one is read as Asia/Shanghai."""
    moment = _moment(value)
    return None if moment is None else moment.isoformat(sep=" ")


def day(value: object) -> str | None:
    """The day in Asia/Shanghai as YYYY-MM-DD."""
    moment = _moment(value)
    return None if moment is None else moment.astimezone(SHANGHAI).date().isoformat()


def json_text(value: object) -> str:
    """JSON as jsonb stores it: no NUL characters, decimals as text."""
    dumped = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return (
        json.dumps(_without_nul(value), ensure_ascii=False, sort_keys=True, default=str)
        if "\\u0000" in dumped
        else dumped
    )


def _moment(value: object) -> datetime | None:
    written = str(value).strip()
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise Unreadable("a date like 2027-01-05 or 2027-01-05 09:30:00 is expected") from None
    if moment.year < _EARLIEST_YEAR:
        raise Unreadable(f"a date after {_EARLIEST_YEAR} is expected")
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


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
