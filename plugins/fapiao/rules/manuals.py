"""The manuals that the rules follow: edition and version of each (R001)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.rules.readers import rule_rows


@dataclass(frozen=True, slots=True)
class Manual:
    """One manual: its title, the edition of the product it applies to (适用范围), the version that was read."""

    title: str
    edition: str
    version: str


@cache
def manuals(folder: Path = RULES) -> Mapping[str, Manual]:
    """manuals.yaml by code. Raises RuleError with file and line."""
    rows = rule_rows(folder / "manuals.yaml", "manuals", ("code", "title", "edition", "version"), "code")
    return {row.text("code"): Manual(row.text("title"), row.text("edition"), row.text("version")) for row in rows}
