"""What a seed decides beforehand for every day: which documents appear, what becomes of older ones, what breaks when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from company_group import INPUT_KINDS, OUTPUT_KINDS, Company, Group

Row = dict[str, Any]


@dataclass(frozen=True)
class Mishap:
    """Something that happens `after` so many seconds of a stage; `place` from 0 to 1 picks whom it strikes."""

    after: float
    kind: str
    place: float
    values: Row = field(default_factory=dict)


@dataclass(frozen=True)
class DayScript:
    """One day of a seed: documents of the morning, changes to older ones, and what happens in each stage."""

    day: date
    documents: Sequence[Row]
    changes: Sequence[Row]
    stages: Sequence[Sequence[Mishap]]
    dice: Random


@dataclass(frozen=True)
class Intensity:
    """How much happens: mishaps of a stage, its seconds, documents of a day, and which kinds of mishaps there are."""

    seconds: float = 1.6
    mishaps: int = 14
    documents: int = 24
    kinds: Sequence[str] = ("kill",)
    workers: int = 4


def script(seed: int, group: Group, day: date, intensity: Intensity) -> DayScript:
    """The day of a seed; the same arguments give the same script."""
    dice = Random(f"day {seed} {day}")  # noqa: S311
    documents = [_document(dice, group, day) for _ in range(intensity.documents)]
    stages = [sorted(_stage(dice, intensity), key=lambda one: one.after) for _ in range(2)]
    changes = [_change(dice, day) for _ in range(3)]
    return DayScript(day, documents, changes, stages, dice)


def _stage(dice: Random, intensity: Intensity) -> Iterator[Mishap]:
    for _ in range(intensity.mishaps):
        yield Mishap(dice.uniform(0, intensity.seconds), dice.choice(intensity.kinds), dice.random(), {})


def _document(dice: Random, group: Group, day: date) -> Row:
    """A document of yesterday, or one that turns up late; some are of the month before."""
    owner: Company = dice.choice(group.companies)
    output = owner.channel in OUTPUT_KINDS and dice.random() < 0.3
    kind = dice.choice(OUTPUT_KINDS[owner.channel] if output else INPUT_KINDS[owner.channel])
    issued = day - timedelta(days=dice.choice((1, 1, 1, 2, 5, 12, 30)))
    return {
        "nsrsbh": owner.number, "fplx": kind, "kprq": issued.isoformat(), "sjlx": "2" if output else "1",
        "collected_on": day.isoformat(), "lines": dice.randint(1, 4), "seed": f"{day} {dice.random()}",
    }  # fmt: skip


def _change(dice: Random, day: date) -> Row:
    """What the bureau finds out about a document that `place` picks."""
    codes = dice.choice(({"fpzt": "7"}, {"fpzt": "8"}, {"ycpzzt": "02"}, {"ycpzzt": "03"}, {"rzzt": "02"}))
    return {"place": dice.random(), "codes": codes}
