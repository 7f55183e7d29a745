"""Rows as people read them: headings of the screens and labels in Chinese, names and codes in English."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fapiao.exports.columns import known_columns
from fapiao.permissions.rules import role_labels
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence, sentences
from fapiao.texts.language import language
from launcher.screen import print_rows

Row = Mapping[str, Any]
KINDS = {"channel": "channel", "download_channel": "channel", "selection_channel": "channel",
         "company_type": "company_type", "download_types": "download_type", "status_mode": "status_mode",
         "action": "auto_selection_action", "entrance": "auto_update_entrance", "from_status": "status",
         "to_status": "status"}  # fmt: skip
"""Columns of codes that no workbook has, and whose."""
LABEL, LABELS = "_label", "_labels"
"""With what the name of a column ends that holds labels of codes; without it, it names the column of the codes."""


def show_rows(table: str, columns: Sequence[str], rows: Iterable[Row], *, nothing: str) -> None:
    """The columns of a table; where there are no rows the sentence that says so and what to do next."""
    found = list(rows)
    if not found:
        print(nothing)
        return
    names = columns if language() == "zh" else [_code_of(name, found[0]) for name in columns]
    print_rows(headings(table, names), [_as_read(row) for row in found])


def headings(table: str, columns: Iterable[str]) -> dict[str, str]:
    """What stands above each column of a table. Raises KeyError for a Chinese heading that nobody has written."""
    return {name: _heading(table, name) for name in columns}


def _heading(table: str, name: str) -> str:
    written = sentences("columns")
    for key in (f"{table}_{name}", name):
        if key in written:
            return sentence(f"columns.{key}")
    return known_columns()[name].heading if language() == "zh" else name


def _code_of(name: str, row: Row) -> str:
    code = f"{name.removesuffix(LABELS)}s" if name.endswith(LABELS) else name.removesuffix(LABEL)
    return code if code in row else name


def _as_read(row: Row) -> Row:
    """Codes by their labels where Chinese is spoken; an empty list is nothing."""
    filled = {name: None if value in ([], ()) else value for name, value in row.items()}
    if language() != "zh":
        return filled
    return {name: _labelled(value, _labels_of(name)) for name, value in filled.items()}


def _labels_of(name: str) -> Mapping[str, str]:
    if name == "role":
        return role_labels()
    if name in KINDS:
        return rulebook().codes_of(KINDS[name])
    column = known_columns().get(name)
    return (column.labels if column else None) or {}


def labelled(name: str, code: str) -> str:
    """A code of a column as people read it: its label where Chinese is spoken."""
    return str(_as_read({name: code})[name])


def _labelled(value: Any, labels: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [labels.get(one, one) for one in value]
    return labels.get(value, value) if isinstance(value, str) else value
