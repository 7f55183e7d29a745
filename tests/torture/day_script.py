"""What a seed decides beforehand for every day: which documents appear, what becomes of older ones, what breaks when."""

from collections.abc import Iterator, Mapping, Sequence
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
    logged_in: bool


WEIGHTS = {
    "kill": 12, "freeze": 4, "wake": 3, "lease_over": 3, "hours_pass": 1, "step_back": 1, "cut_pool": 2, "cut_bureau": 3,
    "hold_pool": 1, "hold_bureau": 1, "refuse_bureau": 1, "pass_again": 4, "bureau_fails": 12, "bureau_slow": 1,
    "login_lost": 2, "login_back": 2, "person": 14,
}  # fmt: skip
"""How often a mishap is of which kind, among each other; Postgres dies by days, not by these."""
FAULTS = (
    {"kind": "http_500"}, {"kind": "http_500", "code": "503"}, {"kind": "drop_reply"}, {"kind": "cut_reply"},
    {"kind": "slow", "seconds": 0.4}, {"kind": "slow", "seconds": 4.0}, {"kind": "platform", "code": 429},
    {"kind": "platform", "code": 500}, {"kind": "platform", "code": 4057}, {"kind": "quota_refused"},
    {"kind": "unknown_returncode"}, {"kind": "returncode", "code": "09"}, {"kind": "task_fails"},
    {"kind": "rows_missing", "service": "PLFPXZSQFK"}, {"kind": "duplicate_row"}, {"kind": "packagecount_changes"},
    {"kind": "count_changes"}, {"kind": "empty_package"}, {"kind": "empty_page"}, {"kind": "wrong_gzip"},
    {"kind": "error_code", "code": "95000"}, {"kind": "error_code", "code": "9301"}, {"kind": "error_code", "code": "P6912"},
    {"kind": "token_revoked"}, {"kind": "bad_base64"}, {"kind": "corrupt_file"}, {"kind": "total_changes"},
    {"kind": "task_ends", "code": "3"}, {"kind": "huge_reply"},
)  # fmt: skip
"""Disturbances of the simulator; none of them is a lie that no reader could see through."""


@dataclass(frozen=True)
class Intensity:
    """How much happens: mishaps of a stage, its seconds, documents of a day, workers side by side and begun, deaths of Postgres."""

    seconds: float = 1.6
    mishaps: int = 26
    documents: int = 24
    kinds: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)
    workers: int = 4
    least_workers: int = 12
    server_deaths: float = 0.3


def script(seed: int, group: Group, day: date, intensity: Intensity) -> DayScript:
    """The day of a seed; the same arguments give the same script."""
    dice = Random(f"day {seed} {day}")  # noqa: S311
    documents = [_document(dice, group, day) for _ in range(intensity.documents)]
    stages = [sorted(_stage(dice, intensity), key=lambda one: one.after) for _ in range(2)]
    changes = [_change(dice, day) for _ in range(3)]
    return DayScript(day, documents, changes, stages, dice, dice.random() < 0.7)


def _stage(dice: Random, intensity: Intensity) -> Iterator[Mishap]:
    kinds, weights = list(intensity.kinds), list(intensity.kinds.values())
    for kind in dice.choices(kinds, weights, k=intensity.mishaps):
        yield Mishap(dice.uniform(0, intensity.seconds), kind, dice.random(), _values(dice, kind))
    if dice.random() < intensity.server_deaths:
        kind = dice.choice(("server_dies", "backend_dies"))
        yield Mishap(dice.uniform(0, intensity.seconds), kind, dice.random(), {})


def _values(dice: Random, kind: str) -> Row:
    if kind == "bureau_fails":
        return {"times": dice.randint(1, 3), **dice.choice(FAULTS)}
    return {}


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
