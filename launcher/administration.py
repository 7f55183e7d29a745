"""Changes of what is administered as people read them: object and operation by name, each field before and after."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from fapiao.exports.columns import known_columns
from fapiao.rules.templates import headings_of
from fapiao.text_table import cell
from fapiao.texts.catalogue import sentence, sentences
from fapiao.texts.language import language
from fapiao.texts.places import apart, told
from launcher.people_table import labelled

Fields = Mapping[str, Any]
TABLES = {
    "organisation": "taxpayers", "taxpayer": "taxpayers", "account": "accounts", "scheme": "schemes",
    "scheme_scope": "schemes", "scheme_taxpayer": "taxpayers", "permission": "rights",
    "auto_selection_rule": "auto_rules", "entry": "entries",
}  # fmt: skip
"""The table of templates.yaml that an object is loaded from: its fields are called as there."""
UNSAID = frozenset({"scheme_id"})
"""Numbers that nobody has given and nobody can look up."""


def change_as_read(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of fapiao.administration_event with its names, and its fields as `changes`."""
    names = {"object": "administration_objects", "operation": "administration_operations"}
    said = {name: sentence(f"{area}.{row[name]}") for name, area in names.items() if row[name] in sentences(area)}
    return {**row, **said, "changes": apart(_changes(row["object"], _fields(row, "before"), _fields(row, "after")))}


def _fields(row: Mapping[str, Any], name: str) -> Fields | None:
    """An entry is one field, which the last word of its key names; an emptied table is many rows."""
    value = row[name]
    if value is None or isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {"*": sentence("log_command.emptied", count=len(value))}
    return {str(row["key"]).rpartition(" ")[2]: value}


def _changes(what: str, before: Fields | None, after: Fields | None) -> Iterator[str]:
    for name in _in_order(what, {*(before or ()), *(after or ())}):
        was, is_ = ((side or {}).get(name) for side in (before, after))
        if was == is_ or name in UNSAID or (is_ in _NOTHING and was in _NOTHING):
            continue
        value = (
            f"{_value(name, was)} → {_value(name, is_)}" if before and after else _value(name, was if before else is_)
        )
        yield value if name == "*" else told(_heading(what, name), value)


def _in_order(what: str, names: Collection[str]) -> list[str]:
    """As in the table that people fill in; what has no column there comes last."""
    columns = [*headings_of(TABLES[what]).chinese] if what in TABLES else []
    return sorted(names, key=lambda name: (columns.index(name) if name in columns else len(columns), name))


_NOTHING: tuple[object, ...] = (None, "", [])


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ",".join(str(labelled(name, one)) for one in value) or cell(None)
    return cell(labelled(name, value) if isinstance(value, str) and value else value)


def _heading(what: str, name: str) -> str:
    if language() == "en":
        return name
    own = headings_of(TABLES[what]).chinese if what in TABLES else {}
    written, known = sentences("columns"), known_columns().get(name)
    if (key := f"change_{name}") in written:
        return sentence(f"columns.{key}")
    if name in own:
        return own[name]
    return sentence(f"columns.{name}") if name in written else known.heading if known else name
