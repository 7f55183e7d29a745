"""One seed from its first day to its end: days with everything going on, then a healthy world, drained and checked."""

from collections.abc import Callable
from datetime import date, timedelta

import calendar_invariants  # noqa: F401 each declares its own
import change_invariants  # noqa: F401
import end_invariants  # noqa: F401
import file_invariants  # noqa: F401
import pool_invariants  # noqa: F401
import queue_invariants  # noqa: F401
import quota_invariants  # noqa: F401
import rights_invariants  # noqa: F401
import selection_invariants  # noqa: F401
import server_invariants  # noqa: F401
from business_day import live
from day_script import Intensity, script
from drain import drain, next_due
from invariants import check
from mishaps import heal
from world import Tally, World, at, world_of

FIRST_DAY = date(2027, 1, 4)
_MOST_DAYS = 8
_SOON = timedelta(days=3)
"""A quota that is spent for the month may let a row wait for weeks: it says so, and is let be."""


def run_seed(
    seed: int, days: int, intensity: Intensity, told: Callable[[str], object] = lambda _: None, channels=None
) -> Tally:
    """Drives the days of a seed; what it went through. Raises Violated, or AssertionError where the world stands still."""
    again = f"./fapiao test tests/torture --torture-seeds {seed} --torture-days {days}"
    with world_of(seed, FIRST_DAY, *([channels] if channels else [])) as world:
        for number in range(days):
            day = FIRST_DAY + timedelta(days=number)
            live(world, script(seed, world.group, day, intensity), intensity)
            check(world, day, again)
            told(f"seed {seed} day {number + 1}/{days} {day}: {world.tally.counts}")
        come_to_rest(world)
        check(world, "the end", again, end=True)
        return world.tally


def come_to_rest(world: World) -> None:
    """Everybody is logged in, and days pass without anything new until nothing is due soon."""
    heal(world, logged_in=True)
    for _ in range(_MOST_DAYS):
        drain(world, at(world.today, 23, 30))
        due = next_due(world)
        if due is None or due > world.clock.now() + _SOON:
            return
        world.turn(max(due, world.clock.now()) + timedelta(seconds=1))
