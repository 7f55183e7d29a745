"""Codes and tickets as a bureau states them: short texts or numbers, or nothing that can be understood."""

import re
from collections.abc import Mapping
from typing import Any

from fapiao.shown import shown

_CODE = re.compile(r"[0-9A-Za-z._-]{1,32}")
_LONGEST_TICKET = 128
"""A lsh, pclsh or taskNo has 32 characters."""


def stated(members: Mapping[str, Any], name: str) -> Any:
    """A member that must be there. Raises ValueError with its name."""
    if name not in members:
        raise ValueError(f"{name} is missing")
    return members[name]


def code_of(value: Any, name: str) -> str:
    """A code that somebody may look up. Raises ValueError for anything else, such as a list or a page."""
    found = "" if isinstance(value, bool | list | dict) or value is None else str(value).strip()
    if not _CODE.fullmatch(found):
        raise ValueError(f"{name} is {shown(repr(value), 60)}: a short code is expected")
    return found


def ticket_of(value: Any, longest: int = _LONGEST_TICKET) -> str | None:
    """The number under which the bureau keeps what it accepted, or a token; None for what cannot be one."""
    found = "" if isinstance(value, bool | list | dict | float) or value is None else str(value).strip()
    return found if found and len(found) <= longest and found.isprintable() else None
