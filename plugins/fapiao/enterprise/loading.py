"""What the enterprise basics are after a file is loaded, and all that speaks against it; saves nothing."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from fapiao.enterprise.accounts import account, account_forms, one_default_each
from fapiao.enterprise.form import Problems, by_name
from fapiao.enterprise.idle_schemes import idle_warnings
from fapiao.enterprise.kinds import lines_by_kind
from fapiao.enterprise.objections import account_objections, leqi_objection
from fapiao.enterprise.overlaps import frequency_objections
from fapiao.enterprise.records import Enterprise
from fapiao.enterprise.schemes import scheme
from fapiao.enterprise.spellings import Vocabulary
from fapiao.enterprise.taxpayers import organisations, parents, taxpayer, taxpayer_forms
from fapiao.tables.lines import Line, Table
from fapiao.texts.catalogue import sentence

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """How many records of one kind a file brings."""

    kind: str
    new: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        values = {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}
        return sentence("loading.tally", kind=sentence(f"record_kinds.{self.kind}"), **values)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The basics as they will be, what the file brings, and what is doubtful about it."""

    enterprise: Enterprise
    tallies: list[LoadCounts]
    warnings: list[str]


def load_taxpayers(
    before: Enterprise, files: Sequence[list[Table]], words: Vocabulary, has_leqi_default: bool
) -> Loaded:
    """The basics after taxpayers and accounts. Raises BadInput with every problem of all the files at once."""
    complaints = Problems()
    lines = lines_by_kind(files, ("taxpayers", "accounts"), complaints)
    after, people = _with_taxpayers(before, lines["taxpayers"], words, complaints, has_leqi_default)
    after, accounts = _with_accounts(after, lines["accounts"], words, complaints)
    touched = {*people, *(number for number, _ in accounts)}
    complaints.problems.extend(account_objections(after, taxpayers=touched, schemes=()))
    complaints.problems.extend(frequency_objections(after, words.rules, taxpayers=touched, schemes=()))
    complaints.refuse()
    tallies = [
        _tally("organisations", before.organisation_rows(), after.organisation_rows(), after.organisations),
        _tally("taxpayers", before.taxpayers, after.taxpayers, people),
        _tally("accounts", before.accounts, after.accounts, accounts),
    ]
    return Loaded(after, tallies, complaints.warnings)


def load_schemes(before: Enterprise, files: Sequence[list[Table]], words: Vocabulary, day: date) -> Loaded:
    """The basics after schemes, judged on `day` in Asia/Shanghai. Raises BadInput with every problem at once."""
    complaints = Problems()
    forms = by_name(lines_by_kind(files, ("schemes",), complaints)["schemes"], complaints)
    read = {name: scheme(form, name, before, words, day) for name, form in forms.items()}
    after = replace(before, schemes={**before.schemes, **read})
    complaints.problems.extend(account_objections(after, taxpayers=(), schemes=read))
    complaints.problems.extend(frequency_objections(after, words.rules, taxpayers=(), schemes=read))
    complaints.refuse()
    warnings = [*complaints.warnings, *idle_warnings(after, words.rules, read, day)]
    return Loaded(after, [_tally("schemes", before.schemes, after.schemes, read)], warnings)


def _with_taxpayers(
    before: Enterprise, lines: list[Line], words: Vocabulary, complaints: Problems, has_leqi_default: bool
) -> tuple[Enterprise, list[str]]:
    forms = taxpayer_forms(lines, complaints)
    read = {number: taxpayer(form, number, before.taxpayers.get(number), words) for number, form in forms.items()}
    named = organisations(forms, read, before.organisations)
    tree = parents(forms, read, before.parents)
    after = replace(
        before,
        organisations={**dict.fromkeys(tree.values()), **before.organisations, **named},
        taxpayers={**before.taxpayers, **read},
        parents=tree,
    )
    for number, form in forms.items():
        objection = leqi_objection(after, read[number], has_leqi_default)
        if objection:
            form.object("leqi_id", objection)
    return after, list(forms)


def _with_accounts(
    before: Enterprise, lines: list[Line], words: Vocabulary, complaints: Problems
) -> tuple[Enterprise, list[tuple[str, str]]]:
    forms = account_forms(lines, complaints)
    read = {key: account(form, key, before.accounts.get(key), before.taxpayers, words) for key, form in forms.items()}
    after = replace(before, accounts={**before.accounts, **read})
    one_default_each(forms, after.accounts)
    return after, list(forms)


def _tally(
    kind: str, before: Mapping[Key, Value], after: Mapping[Key, Value], touched: "Sequence[Key] | Mapping[Key, Value]"
) -> LoadCounts:
    new = sum(key not in before for key in touched)
    changed = sum(key in before and before[key] != after[key] for key in touched)
    return LoadCounts(kind, new, changed, len(touched) - new - changed)
