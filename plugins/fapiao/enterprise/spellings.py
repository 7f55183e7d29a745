"""The codes of enterprise files with every spelling people use for them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from fapiao.rules.book import RuleBook
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.rules.spellings import Spellings, folded, spellings

OwnKind = Literal["company_type", "account_type", "login", "status_mode", "scope", "every_type"]
OWN_KINDS: tuple[OwnKind, ...] = get_args(OwnKind)
"""What include/rules/enterprise.yaml holds; other codes have rules files of their own."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words that enterprise files may use, and the rules they come from."""

    rules: RuleBook
    channel: Spellings
    download_type: Spellings
    company_type: Spellings
    account_type: Spellings
    login: Spellings
    status_mode: Spellings
    flag: Spellings
    scope: Spellings
    every_type: Spellings


def vocabulary(rules: RuleBook, folder: Path = RULES) -> Vocabulary:
    """The words of include/rules/enterprise.yaml, and those of the rules of everything else.

    Raises RuleError with file and line when the file is wrong.
    """
    lists = {kind: spellings(map(_spelt, words)) for kind, words in _own_words(folder).items()}
    shared = {kind: rules.words(kind) for kind in ("channel", "download_type", "flag")}
    return Vocabulary(rules, **shared, **lists)


def _spelt(row: "Word") -> tuple[str, str, tuple[str, ...]]:
    return row.code, row.label, row.aliases


class Word(RuleRow, frozen=True):
    """A code of enterprise files, its label, and what else people write for it."""

    kind: OwnKind
    code: Text
    label: Text
    aliases: Texts = ()


class Words(RuleSections, frozen=True):
    """企业基础资料的用词: codes, their labels, and what else people write for them."""

    file = "enterprise.yaml"
    words: tuple[Word, ...]


@cache
def _own_words(folder: Path) -> dict[str, list[Word]]:
    file = RuleFile(Words, folder)
    found: dict[str, list[Word]] = {kind: [] for kind in OWN_KINDS}
    meant: dict[tuple[str, str], str] = {}
    for word in file.content.words:
        for name in (word.code, word.label, *word.aliases):
            other = meant.setdefault((word.kind, folded(name)), word.code)
            if other != word.code:
                raise file.refuse(word, f"{word.kind} {name!r} means {other} and {word.code}; it may mean one of them")
        found[word.kind].append(word)
    return found
