"""The codes of enterprise files with every spelling people use for them."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.rules.book import RuleBook
from fapiao.rules.rule_file import RuleFile, RuleRow

_KEYS = ("kind", "code", "label", "aliases", "since", "source", "text", "assumed")
OWN_KINDS = ("heading", "company_type", "account_type", "login", "status_mode", "flag", "scope", "every_type")
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
    own = _own_words(folder / "enterprise.yaml")
    channels = ((row.code, row.label, row.aliases) for row in rules.channels.values())
    downloads = ((code, label, ()) for code, label in rules.codes_of("download_type").items())
    lists = {kind: spellings(rows) for kind, rows in own.items()}
    return Vocabulary(rules, channel=spellings(channels), download_type=spellings(downloads), **lists)


Entry = tuple[str, str, tuple[str, ...]]


@cache
def _own_words(file: Path) -> dict[str, list[Entry]]:
    rules = RuleFile(file)
    rules.keys(("words",))
    found: dict[str, list[Entry]] = {kind: [] for kind in OWN_KINDS}
    meant: dict[tuple[str, str], str] = {}
    for row in rules.rows("words"):
        kind, entry = _entry(row)
        for name in (*entry[:2], *entry[2]):
            other = meant.setdefault((kind, folded(name)), entry[0])
            if other != entry[0]:
                raise row.refuse(f"{kind} {name!r} means {other} and {entry[0]}; it may mean one of them")
        found[kind].append(entry)
    return found


def _entry(row: RuleRow) -> tuple[str, Entry]:
    row.keys(_KEYS)
    row.day("since")
    row.text("source")
    row.text("text")
    row.flag("assumed")
    return row.one_of("kind", OWN_KINDS), (row.text("code"), row.text("label"), row.texts("aliases"))
