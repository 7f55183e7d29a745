"""What people write for a code: its label and aliases, in any width, case and spacing; the same on every surface."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fapiao.identifiers import one_spelling
from fapiao.nearest import nearest

_DASHES = re.compile("[‐‑‒–—―−－]")


def folded(text: str) -> str:
    """A spelling without what people vary: width, case, blanks, what nobody sees, kind of dash."""
    return one_spelling(_DASHES.sub("-", text)).lower()


@dataclass(frozen=True, slots=True)
class Spellings:
    """The codes of one kind by label, and the code of every spelling."""

    labels: Mapping[str, str]
    spellings: Mapping[str, str]

    @property
    def known(self) -> str:
        """Every code with its label, for a sentence."""
        return ", ".join(f"{code} {label}" for code, label in self.labels.items())

    def find(self, text: str) -> str | None:
        """The code that a spelling means, where there is one."""
        return self.spellings.get(folded(text))

    def near(self, text: str) -> str | None:
        """The code whose spelling comes near, where there is one."""
        found = nearest(folded(text), self.spellings)
        return self.spellings[found[0]] if found else None


def spellings(rows: Iterable[tuple[str, str, Iterable[str]]]) -> Spellings:
    """Words out of (code, label, aliases); of two codes with one spelling the first has it, a code before any label."""
    rows = list(rows)
    found = {folded(code): code for code, _, _ in rows}
    for code, label, aliases in rows:
        for name in (label, *aliases):
            found.setdefault(folded(name), code)
    return Spellings({code: label for code, label, _ in rows}, found)
