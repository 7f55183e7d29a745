"""Retry-After of RFC 9110 §10.2.3: how long the other side asks us to wait, as far as that makes sense."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fapiao.boundary import boundary
from fapiao.bounds import bound

_MOST_DIGITS = 12


class _Nonsense(Exception):
    """It is no date."""


def retry_after(written: str, now: datetime) -> float | None:
    """Seconds from `now` (with a zone), by a number or an HTTP date, at most the bound; None for nonsense."""
    text = written.strip()
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        seconds = float(text)
    else:
        try:
            seconds = _until(text, now)
        except _Nonsense:
            return None
    return min(seconds, float(bound("retry_after_seconds").value)) if seconds >= 0 else None


def _until(text: str, now: datetime) -> float:
    with boundary(lambda _: _Nonsense()):
        found = parsedate_to_datetime(text)
        return ((found if found.tzinfo else found.replace(tzinfo=UTC)) - now).total_seconds()
