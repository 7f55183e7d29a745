"""The invariants of a driven world: each a sentence and a function that finds the rows that break it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from world import World

Row = dict[str, Any]
Find = Callable[[World], Iterable[Row]]
When = Literal["daily", "end"]
SHOWN = 12
"""Rows that a violation prints."""


@dataclass(frozen=True)
class Invariant:
    """What holds after every drained day, or at the end of a seed alone."""

    name: str
    sentence: str
    find: Find
    when: When


INVARIANTS: list[Invariant] = []


class Violated(AssertionError):
    """An invariant does not hold; `invariant` is it, `rows` are what breaks it."""

    def __init__(self, invariant: Invariant, rows: list[Row], seed: int, day: object, again: str) -> None:
        self.invariant, self.rows = invariant, rows
        shown = "\n".join(f"  {row}" for row in rows[:SHOWN])
        more = f"\n  … and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        super().__init__(
            f"seed {seed}, day {day}: {invariant.name}: {invariant.sentence}\n{shown}{more}\nAgain: {again}"
        )


def holds(sentence: str, when: When = "daily") -> Callable[[Find], Find]:
    """The function finds what breaks this sentence."""

    def declare(find: Find) -> Find:
        INVARIANTS.append(Invariant(find.__name__, sentence, find, when))
        return find

    return declare


def in_sql(name: str, sentence: str, statement: str, when: When = "daily") -> None:
    """A sentence whose breaches a statement selects."""

    def find(world: World) -> list[Row]:
        return world.rows(statement)

    find.__name__ = name
    holds(sentence, when)(find)


def check(world: World, day: object, again: str, *, end: bool = False) -> None:
    """Every invariant that holds now. Raises Violated for the first that does not."""
    for one in INVARIANTS:
        if end or one.when == "daily":
            rows = list(one.find(world))
            if rows:
                raise Violated(one, rows, world.seed, day, again)
            world.tally.add("invariants checked")
