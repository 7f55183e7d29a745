"""The items of a form's list, however they were typed: a list, or one text with separators."""

import re

_SEPARATORS = re.compile(r"[,;、，；\n]")


def items(value: object) -> tuple[str, ...]:
    """Each item once, in order, without blanks around it."""
    parts = _SEPARATORS.split(value) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))
