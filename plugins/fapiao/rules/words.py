"""用词: what every thing is called, and what it is not called, in all that people read."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts


class UsedWord(RuleRow, frozen=True):
    """One thing and its one word."""

    unique = ("word", "not_used", "no_label")
    word: Text
    meaning: Text
    english: Text
    not_used: Annotated[Texts, Meta(description="What the thing is not called, in no sentence and no label")] = ()
    no_label: Annotated[Texts, Meta(description="What it is not called by itself, as the whole of a label")] = ()


class UsedWords(RuleSections, frozen=True):
    """用词: one thing, one word."""

    file = "words.yaml"
    words: Annotated[tuple[UsedWord, ...], Meta(min_length=1)]


@cache
def words(folder: Path = RULES) -> tuple[UsedWord, ...]:
    """The words in their order. Raises RuleError with file and line."""
    return RuleFile(UsedWords, folder).content.words


def misnamed(text: str) -> Iterator[str]:
    """What a label or a sentence of ours calls by a word that is not used, with the word that is."""
    rest = text
    for word in sorted((one.word for one in words()), key=len, reverse=True):
        rest = rest.replace(word, "\n")
    for one in words():
        wrong = [*(found for found in one.not_used if found in rest), *({text} & {*one.no_label})]
        yield from (f"{found} → {one.word}" for found in wrong)
