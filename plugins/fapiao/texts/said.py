"""A sentence of the catalogue with its values, spoken in the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fapiao.texts.catalogue import sentence


@dataclass(frozen=True, slots=True)
class Said:
    """What is said before it is known to whom: an error that a thread raises, a command prints and a row keeps."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return sentence(self.name, **self.values)


def said(name: str, /, **values: object) -> Said:
    """The sentence `area.key` with its values."""
    return Said(name, values)
