"""What can happen to a world: workers die, freeze and are cut off, Postgres and the bureau fail, the clock jumps."""

from collections.abc import Callable
from datetime import timedelta

from day_script import Mishap
from workers import Worker
from world import World

_LEASE_OVER = timedelta(seconds=61)


def _victim(world: World, mishap: Mishap) -> Worker | None:
    running = [one for one in world.workers.running() if not one.frozen]
    return running[int(mishap.place * len(running))] if running else None


def kill(world: World, mishap: Mishap) -> None:
    """A worker ends as kill -9 ends it, wherever it is."""
    if victim := _victim(world, mishap):
        world.workers.kill(victim)


MISHAPS: dict[str, Callable[[World, Mishap], None]] = {"kill": kill}


def heal(world: World) -> None:
    """Everything works again, and stays so."""
    for worker in world.workers.running():
        if worker.frozen:
            world.workers.wake(worker)
    world.pool_line.let_pass()
    world.bureau_line.let_pass()
    world.bureau.heal()
