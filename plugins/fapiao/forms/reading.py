"""Reads a filled-in form, wherever it was filled in, and collects every sentence that speaks against it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from fapiao.closed_lists import flag_of
from fapiao.errors import BadInput
from fapiao.forms.fields import Form, FormField
from fapiao.forms.items import items
from fapiao.texts.catalogue import sentence
from fapiao.texts.language import language
from fapiao.texts.places import told
from fapiao.written_days import day

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filled:
    """What each field says: a text or code, several of them, a day, yes or no; None or () where it is left empty."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def read(self, reader: Callable[[], T]) -> T | None:
        """What a reader finds; None where it raises BadInput, whose problems are the form's."""
        try:
            return reader()
        except BadInput as wrong:
            self.problems.extend(wrong.problems)
            return None

    def conditions(self) -> dict[str, Any]:
        """The values as the parameters of a statement: several as a list, None where nothing is asked for."""
        return {name: [*value] or None if isinstance(value, tuple) else value for name, value in self.values.items()}

    def refuse(self) -> None:
        """Raises BadInput with every problem, each once, where there is one."""
        if self.problems:
            raise BadInput(list(dict.fromkeys(self.problems)))


def given(form: Form, source: Mapping[str, Any]) -> dict[str, Any]:
    """Of a run's conf or a command's arguments what belongs to the form."""
    return {one.name: source.get(one.name) for one in form}


def fill(form: Form, values: Mapping[str, Any]) -> Filled:
    """The form with these values, its problems in the order of the fields; a value of no field is one too."""
    names = {one.name for one in form}
    filled = Filled(problems=[sentence("nearest.no_field", name=name) for name in values if name not in names])
    for one in form:
        filled.values[one.name] = _value(filled, one, values.get(one.name))
    return filled


def _value(filled: Filled, one: FormField, value: object) -> Any:
    if one.kind == "flag":
        return filled.read(partial(_flag, one, one.preset if value is None else value)) or False
    meaning = _day if one.kind == "day" else FormField.meaning
    found = (filled.read(partial(meaning, one, text)) for text in _TYPED[one.kind](value))
    read = tuple(dict.fromkeys(each for each in found if each is not None))
    if one.check and (objection := one.check(read)):
        filled.problems.append(objection)
    return read if one.kind in ("texts", "words") else next(iter(read), None)


def _text(value: object) -> tuple[str, ...]:
    text = "" if value is None else str(value).strip()
    return (text,) if text else ()


_TYPED: Mapping[str, Callable[[Any], Iterable[str]]] = {
    "text": _text,
    "day": _text,
    "one": items,
    "texts": items,
    "word": lambda value: () if value is None else (str(value),),
    "words": lambda value: value or (),
}


def _flag(one: FormField, value: object) -> bool:
    return value if isinstance(value, bool) else bool(value is not None) and flag_of(one.name, str(value))


def _day(one: FormField, text: str) -> date:
    try:
        return day(text)
    except ValueError as wrong:
        raise BadInput([told(one.label if language() == "zh" and one.label else one.name, wrong)]) from None
