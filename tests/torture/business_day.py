"""One business day: its documents, its ticks, workers under whatever happens, then a world that is whole and drained."""

from collections.abc import Sequence

from calendar_ticks import Tick, ticks
from day_script import DayScript, Intensity
from drain import drain
from mishaps import heal
from stage import Stage
from world import World, at


def live(world: World, script: DayScript, intensity: Intensity) -> None:
    """A day from its morning to its end."""
    morning(world, script)
    fired, noon = ticks(script.day), at(script.day, 12)
    halves = [one for one in fired if one.fired < noon], [one for one in fired if one.fired >= noon]
    for hour, due, mishaps in zip((9, 19), halves, script.stages, strict=True):
        world.turn(at(script.day, hour))
        left = Stage(world, due or fired, script, intensity).run(mishaps)
        heal(world, logged_in=script.logged_in)
        finish(world, left)
    drain(world, at(script.day, 23, 30), logins=script.logged_in)
    world.tally.days += 1


def morning(world: World, script: DayScript) -> None:
    """The bureau collects what is new, and finds out what it finds out about what it had."""
    world.turn(at(script.day, 6))
    known = list(world.bureau.since)
    world.tally.add("documents", len(world.bureau.plant(documents=script.documents)))
    for change in script.changes:
        if known:
            world.bureau.change(known[int(change["place"] * len(known))], **change["codes"])


def finish(world: World, waiting: Sequence[Tick]) -> None:
    """In a healthy world every worker comes to its end, and every planning succeeds."""
    world.workers.ended(world.workers.unfinished(), world.progress)
    for tick in waiting:
        worker = world.workers.start("plan", **tick.order())
        world.workers.ended([worker], world.progress)
        if not worker.done:
            raise AssertionError(f"{tick.dag} cannot be planned in a healthy world: {worker.said}")
        world.fired[tick.dag, tick.run] = tick
