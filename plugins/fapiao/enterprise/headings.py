"""Turns the headings of a table, Chinese or English ones, into the columns that its loader reads."""

from collections.abc import Mapping

from fapiao.errors import BadInput
from fapiao.rules.templates import Headings, heading_spelling, headings_of
from fapiao.tables.lines import Table, respelled
from fapiao.texts.catalogue import sentence
from fapiao.texts.places import placed


def in_columns(table: Table, kind: str, others: Mapping[str, str] | None = None) -> Table:
    """The table under the columns of a kind; `others` are headings of another list that mean one of them.

    Raises BadInput for a heading line that is Chinese and English; records of YAML name their columns each for itself.
    """
    headings = headings_of(kind)
    means = {name: column for name in written(table) if (column := _column(name, headings, others or {}))}
    chinese, english = [name for name in means if not name.isascii()], [name for name in means if name.isascii()]
    if chinese and english and table.place:
        raise _mixed(table, chinese[0], english[0])
    is_chinese = bool(chinese) or not (english or all(map(str.isascii, table.columns)))
    return respelled(table, means, headings.chinese if is_chinese else headings.english)


def written(table: Table) -> list[str]:
    """The headings of a table in their order, each once."""
    return list(dict.fromkeys([*table.columns, *(name for line in table.lines for name in line.cells)]))


def known_headings(table: Table, kind: str) -> int:
    """How many columns of a kind a table has."""
    return len({column for name in table.columns if (column := _column(name, headings_of(kind), {}))})


def _column(name: str, headings: Headings, others: Mapping[str, str]) -> str | None:
    return headings.spellings.get(heading_spelling(name)) or others.get(name)


def _mixed(table: Table, chinese: str, english: str) -> BadInput:
    where = placed(table.source, table.place) if table.place else table.source
    return BadInput([sentence("tables.mixed", where=where, chinese=chinese, english=english)])
