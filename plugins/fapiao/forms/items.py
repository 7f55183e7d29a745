"""The items of a list, however they were typed: a list, or one text with separators."""

import re

_SEPARATORS = re.compile(r"[,;、，；\n]")


def parts(value: object) -> list[str]:
    """The items in order, without blanks around them; one that stands there twice comes twice."""
    found = _SEPARATORS.split(value) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return [text for part in found if (text := str(part).strip())]


def items(value: object) -> tuple[str, ...]:
    """Each item once, in order."""
    return tuple(dict.fromkeys(parts(value)))
