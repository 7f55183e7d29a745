"""A form is a tuple of fields. Each says once what the page shows, what the command takes, and what its text means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fapiao.closed_lists import code_of
from fapiao.dag_texts.catalogue import texts_of
from fapiao.rules.book import rulebook
from fapiao.rules.spellings import spellings
from fapiao.written_days import day

Kind = Literal["text", "one", "texts", "day", "flag", "word", "words"]
"""`one` and `texts` are items of a list, however it was typed; of `one` there may be a single one.

A `word` and `words` are of a filter, which says nothing by None alone: an empty word that is given is looked for too.
"""
Check = Callable[[Sequence[Any]], str | None]
"""The sentence against what was read of a field, or None."""


@dataclass(frozen=True, slots=True)
class Option:
    """How a command takes a field: by a flag, or by its place where `flag` has no dashes.

    `help` and `metavar` name sentences of the catalogue, which are said in the language of the command line.
    `repeated` takes several words: a flag again and again, a place once or more.
    """

    flag: str
    help: str
    metavar: str | None = None
    repeated: bool = False
    type: Callable[[str], Any] | None = None
    choices: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that a form asks for; without a label the page does not show it, without an option no command does.

    `preset` is what the page starts with; `needed` refuses nothing in its place. `codes` is the kind of statuses.yaml
    that is meant, by code or label; other values have `choices`, code to label, and `means`, which reads one of them
    and raises BadInput. `nothing` is how the page words that no choice is made. `check` objects to what was read.
    """

    name: str
    kind: Kind
    label: str = ""
    note: str = ""
    preset: str | bool | None = None
    needed: bool = False
    codes: str | None = None
    choices: Callable[[], Mapping[str, str]] | None = None
    means: Callable[[str], Any] | None = None
    nothing: str = ""
    suggested: Sequence[str] = ()
    check: Check | None = None
    option: Option | None = None

    def labels(self) -> Mapping[str, str]:
        """Code to label of what may be chosen; empty where any text may stand."""
        if self.choices:
            return self.choices()
        return rulebook().codes_of(self.codes) if self.codes else {}

    def meaning(self, text: str) -> Any:
        """What one text means. Raises BadInput."""
        if self.means:
            return self.means(text)
        if self.codes:
            return code_of(self.codes, text)
        found = spellings((code, label, ()) for code, label in self.labels().items()).find(text)
        return text if found is None else found


Form = tuple[FormField, ...]

DAY_OPTION = Option("--date", "form_options.date", "placeholders.day", type=day)


def run_day_field(form: str) -> FormField:
    """日期: the day that a run works for, in Asia/Shanghai, as this form of the catalogue words it."""
    return FormField("date", "day", *texts_of(form, "date"), option=DAY_OPTION)
