"""One seed from its first day to its end: days with everything going on, then a healthy world, drained and checked."""

from collections.abc import Callable
from datetime import date, timedelta

import pool_invariants  # noqa: F401 each declares its own
import queue_invariants  # noqa: F401
import quota_invariants  # noqa: F401
import server_invariants  # noqa: F401
from business_day import live
from day_script import Intensity, script
from invariants import check
from world import Tally, world_of

FIRST_DAY = date(2027, 1, 4)


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
        check(world, "the end", again, end=True)
        return world.tally
