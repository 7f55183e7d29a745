"""The codes of enterprise files with every spelling people use for them."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from fapiao.rules.book import RuleBook
from fapiao.rules.records import Channel
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts

OwnKind = Literal["heading", "company_type", "account_type", "login", "status_mode", "flag", "scope", "every_type"]
OWN_KINDS: tuple[OwnKind, ...] = get_args(OwnKind)
"""What include/rules/enterprise.yaml holds; other codes have rules files of their own."""
_DASHES = re.compile("[‐‑‒–—―−－]")


def folded(text: str) -> str:
    """A spelling without what people vary: width, case, blanks, kind of dash."""
    return re.sub(r"\s", "", _DASHES.sub("-", unicodedata.normalize("NFKC", text))).lower()


@dataclass(frozen=True, slots=True)
class Spellings:
    """The codes of one kind by label, and the code of every spelling."""

    labels: Mapping[str, str]
    spellings: Mapping[str, str]

    @property
    def known(self) -> str:
        """Every code with its label, for a sentence."""
        return ", ".join(f"{code} {label}" for code, label in self.labels.items())

    def code(self, text: str) -> str:
        """The code that a spelling means. Raises ValueError, whose text continues a sentence, when there is none."""
        found = self.spellings.get(folded(text))
        if found is None:
            near = difflib.get_close_matches(folded(text), self.spellings, 1)
            hint = f"; did you mean {self.spellings[near[0]]}?" if near else ""
            raise ValueError(f"{text!r} is unknown; known are {self.known}{hint}")
        return found


def spellings(rows: Iterable[tuple[str, str, Iterable[str]]]) -> Spellings:
    """Words out of (code, label, aliases)."""
    rows = list(rows)
    spellings = {folded(name): code for code, label, aliases in rows for name in (code, label, *aliases)}
    return Spellings({code: label for code, label, _ in rows}, spellings)


def code_spellings(rules: RuleBook, kind: str) -> Spellings:
    """The codes of one kind of statuses.yaml."""
    return spellings((one.code, one.label, one.aliases) for one in rules.codes if one.kind == kind)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words that enterprise files may use, and the rules they come from."""

    rules: RuleBook
    heading: Spellings
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
    own, channels = _own_words(folder), rules.channels.values()
    downloads = ((code, label, ()) for code, label in rules.codes_of("download_type").items())
    lists = {kind: spellings(map(_spelt, words)) for kind, words in own.items()}
    return Vocabulary(rules, channel=spellings(map(_spelt, channels)), download_type=spellings(downloads), **lists)


def _spelt(row: "Word | Channel") -> tuple[str, str, tuple[str, ...]]:
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
