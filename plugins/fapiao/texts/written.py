"""Finds a sentence of the catalogue again in a text that was written with its values."""

import re
from collections.abc import Mapping
from functools import cache

_PLACE = re.compile(r"\\{(\w+)\\}")


def values_of(template: str, written: str) -> Mapping[str, str] | None:
    """The values with which a template makes exactly this text; None where it does not."""
    found = _pattern(template).fullmatch(written)
    return found.groupdict() if found else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.*?)", re.escape(template)), re.DOTALL)
