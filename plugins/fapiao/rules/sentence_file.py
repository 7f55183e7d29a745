"""The files of include/texts: a sentence of ours under its key, in both languages with the same places for values."""

import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from fapiao.paths import INCLUDE
from fapiao.rules.refusals import RowError
from fapiao.rules.rule_file import FileRow, RuleFile, RuleSections, Text

TEXTS = INCLUDE / "texts"


class Sentence(FileRow, frozen=True):
    """What is said under a key; a place for a value is written as for str.format."""

    unique = ("key",)
    key: Text
    zh: Text
    en: Text
    goes_on: Annotated[bool | None, Meta(description="Of a code: whether a row that says it goes on by itself")] = None

    def __post_init__(self) -> None:
        """Refuses a sentence whose languages name other values."""
        chinese, english = places(self.zh), places(self.en)
        if chinese != english:
            differ = ", ".join(sorted(chinese ^ english))
            raise RowError(f"the places for values differ: {differ or 'none'} in one language only", "en")


class Sentences(RuleSections, frozen=True):
    """One area of the catalogue: a file of include/texts."""

    file = "texts.yaml"
    texts: tuple[Sentence, ...]


def places(template: str) -> frozenset[str]:
    """The values that a sentence names. Raises RowError where a bracket is not closed or a value has no name."""
    try:
        names = frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
    except ValueError as broken:
        raise RowError(f"{template!r} is no template: {broken}") from broken
    if unnamed := [name for name in names if not name.isidentifier()]:
        raise RowError(f"{template!r} has a value without a plain name: {unnamed}")
    return names


def areas(folder: Path = TEXTS) -> tuple[str, ...]:
    """The names of the files of the catalogue, without `.yaml`."""
    return tuple(sorted(file.stem for file in folder.glob("*.yaml")))


@cache
def sentences(area: str, folder: Path = TEXTS) -> Mapping[str, Sentence]:
    """Those of an area by key, read once. Raises RuleError with file and line."""
    rows = RuleFile(Sentences, folder, f"{area}.yaml").content.texts
    return MappingProxyType({row.key: row for row in rows})
