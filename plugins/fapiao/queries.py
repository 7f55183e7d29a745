"""Named SQL: every statement lives in include/sql and is fetched from there by file and name."""

import re
from functools import cache
from typing import LiteralString, cast

from fapiao.paths import SQL

_HEADING = re.compile(r"^-- name: (?P<name>[a-z_]+)\n-- (?P<sentence>.+)\n", re.MULTILINE)


@cache
def queries(file: str) -> dict[str, LiteralString]:
    """The statements of include/sql/<file>.sql by name.

    A statement starts with `-- name: x` and a line `-- one sentence.`; it ends where the next one starts.
    Raises ValueError when a file holds a name twice or text before its first heading.
    """
    text = (SQL / f"{file}.sql").read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    if not headings or text[: headings[0].start()].strip():
        raise ValueError(f"include/sql/{file}.sql must start with '-- name: …' and a sentence")
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    found = {heading["name"]: text[heading.end() : end].strip() for heading, end in zip(headings, ends, strict=True)}
    if len(found) != len(headings):
        raise ValueError(f"include/sql/{file}.sql names a statement twice")
    return cast("dict[str, LiteralString]", found)


def query(file: str, name: str) -> LiteralString:
    """One statement of include/sql/<file>.sql; raises KeyError when the file has no such name."""
    return queries(file)[name]
