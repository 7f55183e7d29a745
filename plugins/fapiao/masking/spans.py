"""Places of a text that are written otherwise: found in any order, even one within another, and written in one go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from fapiao.masking.names import Hides


class Span(NamedTuple):
    """A place of a text, and how what stands there is written."""

    start: int
    end: int
    written: Callable[[str], str]


@dataclass(slots=True)
class Pairs:
    """What stands side by side in one object or element: what its names hide, and where its values are."""

    hides: Hides | None = None
    values: list[tuple[int, int]] = field(default_factory=list)

    def hidden(self, how: Callable[[str, Hides], str]) -> list[Span]:
        """The values, where a name beside them is a secret's."""
        what = self.hides
        if what is None:
            return []
        return [Span(start, end, lambda value: how(value, what)) for start, end in self.values]

    def take(self, other: "Pairs") -> None:
        """What stood in another one stands in this one. The shorter list moves: many in one another stay fast."""
        self.hides = self.hides or other.hides
        shorter, longer = sorted((self.values, other.values), key=len)
        longer += shorter
        self.values = longer


def rewritten(text: str, spans: Iterable[Span]) -> str:
    """The text with these places written otherwise; one within another goes with it, of two alike the first counts."""
    found, at = list[str](), 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start >= at:
            found += [text[at : span.start], span.written(text[span.start : span.end])]
            at = span.end
    return "".join([*found, text[at:]])
