"""One seed from its first day to its end: days with everything going on, then a healthy world, drained and checked."""

from datetime import date, timedelta

import every_invariant  # noqa: F401
from business_day import live
from day_script import Intensity, script
from drain import drain, next_due
from figures import Figures, Row, counted
from invariants import check
from mishaps import heal
from world import World, at, world_of

FIRST_DAY = date(2027, 1, 4)
_MOST_DAYS = 8
_SOON = timedelta(days=3)
"""A quota that is spent for the month may let a row wait for weeks: it says so, and is let be."""


def run_seed(seed: int, days: int, intensity: Intensity, figures: Figures | None = None) -> Row:
    """Drives the days of a seed; what it went through. Raises Violated, or AssertionError where the world stands still."""
    figures = figures or Figures(seed, days, None)
    with world_of(seed, FIRST_DAY) as world:
        try:
            for number in range(days):
                _day(world, FIRST_DAY + timedelta(days=number), intensity, _again(seed, days))
                figures.tell(f"seed {seed}: day {number + 1} of {days}, {world.today}, holds")
            come_to_rest(world)
            check(world, "the end", _again(seed, days), end=True)
        except Exception as broken:
            figures.keep(dict(world.tally.counts), world.tally.days, str(broken))
            raise
        figures.keep(_counts(world), world.tally.days)
        return _counts(world)


def _day(world: World, day: date, intensity: Intensity, again: str) -> None:
    live(world, script(world.seed, world.group, day, intensity), intensity)
    check(world, day, again)


def _counts(world: World) -> Row:
    return {**world.tally.counts, "workers": world.workers.started, **counted(world)}


def _again(seed: int, days: int) -> str:
    return f"./fapiao test -n 0 tests/torture -k long_form --torture-seeds {seed}-{seed} --torture-days {days}"


def come_to_rest(world: World) -> None:
    """Everybody is logged in, and days pass without anything new until nothing is due soon."""
    heal(world, logged_in=True)
    for _ in range(_MOST_DAYS):
        drain(world, at(world.today, 23, 30))
        due = next_due(world)
        if due is None or due > world.clock.now() + _SOON:
            return
        world.turn(max(due, world.clock.now()) + timedelta(seconds=1))
