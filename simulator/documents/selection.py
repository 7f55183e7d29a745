"""The frozen result of one request: what it found, in one order, cut into packages without ever making all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from simulator.documents.document import Document
from simulator.documents.ranges import Slice

Part = list[Document] | Slice


@dataclass(frozen=True, slots=True)
class Selection:
    """`as_of` is the day the request was accepted; faces and statuses are shown as they stood then."""

    as_of: date
    parts: Sequence[Part]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def packages(self, size: int) -> int:
        """How many packages of `size` rows."""
        return -(-len(self) // size)

    def package(self, number: int, size: int) -> list[Document]:
        """The documents of one package, counted from 1."""
        return self.between((number - 1) * size, number * size)

    def between(self, start: int, stop: int) -> list[Document]:
        """The documents at these places."""
        found: list[Document] = []
        for part in self.parts:
            if stop <= 0:
                break
            found += part[max(start, 0) : max(stop, 0)]
            start, stop = start - len(part), stop - len(part)
        return found
