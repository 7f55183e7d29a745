"""The manuals that the rules follow: edition and version of each (R001)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text


class Manual(RuleRow, frozen=True):
    """One manual: its title, the edition of the product it applies to (适用范围), the version that was read."""

    unique = ("code",)
    code: Annotated[str, Meta(pattern="^S[0-9]$")]
    title: Text
    edition: Text
    version: Text


class Manuals(RuleSections, frozen=True):
    """手册: which edition of the product each describes, and in which version it was read."""

    file = "manuals.yaml"
    manuals: tuple[Manual, ...]


@cache
def manuals(folder: Path = RULES) -> Mapping[str, Manual]:
    """manuals.yaml by code. Raises RuleError with file and line."""
    return {manual.code: manual for manual in RuleFile(Manuals, folder).content.manuals}
