"""Which names stand for a secret, and what of the value is hidden then (include/rules/secrets.yaml)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts

Hides = Literal["value", "account"]
"""All of it · all but the last four digits of a bank account."""
HIDDEN = "***"
NAMED_BY, VALUED_BY = frozenset({"name", "key", "param", "field"}), frozenset({"value", "val", "content", "text"})
"""A pair may be written out, in either order: {"name": "password", "value": "…"}."""
NOTHING = frozenset({"", "null", "true", "false", "none", '""', "''", "[]", "{}", "()", HIDDEN, f'"{HIDDEN}"'})
"""What is written where there is no value, or yes or no: no secrets."""
_BETWEEN = re.compile(r"[\W_]")
_LONGEST = 200
"""A name that is longer is none."""
_ACCOUNT = re.compile(r"\d(?:[ -]?\d){7,}")


class SecretNames(RuleRow, frozen=True):
    """Names of one kind of secret."""

    unique = ("id",)
    id: Text
    hides: Hides
    part: Texts = ()
    whole: Texts = ()


class SecretRules(RuleSections, frozen=True):
    """密文: under which names a value is hidden."""

    file = "secrets.yaml"
    secrets: tuple[SecretNames, ...]


@dataclass(frozen=True, slots=True)
class SpeltNames:
    """The names, spelt alike: `part` by what they hide, `whole` likewise."""

    part: dict[str, Hides]
    whole: dict[str, Hides]

    def hides(self, name: str) -> Hides | None:
        """What is hidden of the value under this name; None where it is no secret."""
        alike = spelt_alike(name)
        if alike in self.whole:
            return self.whole[alike]
        return next((hides for part, hides in self.part.items() if part in alike), None)

    @property
    def chinese(self) -> tuple[str, ...]:
        """Those of which a sentence tells the value without any sign between."""
        return tuple(part for part, hides in self.part.items() if hides == "value" and not part.isascii())


def spelt_alike(name: str) -> str:
    """A name without what people vary: case, width, and the signs between its words."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name[:_LONGEST])).lower()


@cache
def names(folder: Path = RULES) -> SpeltNames:
    """Reads the file once. Raises RuleError with file and line."""
    rows = RuleFile(SecretRules, folder).content.secrets
    return SpeltNames(
        {spelt_alike(name): row.hides for row in rows for name in row.part},
        {spelt_alike(name): row.hides for row in rows for name in row.whole},
    )


@cache
def hides(name: str) -> Hides | None:
    """As SpeltNames.hides, of the project's own rules."""
    return names().hides(name)


def without_account(text: str) -> str:
    """A text whose long numbers show their last four digits only."""
    return _ACCOUNT.sub(lambda found: f"****{re.sub('[ -]', '', found[0])[-4:]}", text)
