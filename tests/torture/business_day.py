"""One business day: its documents, its ticks, workers under whatever happens, then a world that is whole and drained."""

import time
from collections.abc import Sequence

from calendar_ticks import Tick, ticks
from day_script import DayScript, Intensity, Mishap
from drain import drain
from mishaps import MISHAPS, heal
from workers import Worker
from world import World, at

ROLES = ("work", "work", "sweep", "verify", "imports")
_STEP_SECONDS = 0.01


def live(world: World, script: DayScript, intensity: Intensity) -> None:
    """A day from its morning to its end."""
    morning(world, script)
    fired = ticks(script.day)
    half = (
        [one for one in fired if one.fired < at(script.day, 9)],
        [one for one in fired if one.fired >= at(script.day, 9)],
    )
    for hour, due, mishaps in zip((9, 19), half, script.stages, strict=True):
        world.turn(at(script.day, hour))
        waiting = stage(world, due, mishaps, script, intensity)
        heal(world, logged_in=script.logged_in)
        finish(world, waiting)
    drain(world, at(script.day, 23, 30), logins=script.logged_in)
    world.tally.days += 1


def morning(world: World, script: DayScript) -> None:
    """The bureau collects what is new, and finds out what it finds out about what it had."""
    world.turn(at(script.day, 6))
    known = list(world.bureau.since)
    world.tally.add("documents", len(world.bureau.plant(documents=_mine(world, script))))
    for change in script.changes:
        if known:
            world.bureau.change(known[int(change["place"] * len(known))], **change["codes"])


def _mine(world: World, script: DayScript) -> list[dict]:
    return [*script.documents]


def stage(
    world: World, due: Sequence[Tick], mishaps: Sequence[Mishap], script: DayScript, intensity: Intensity
) -> list[Tick]:
    """Workers work while things happen; the ticks whose planning did not come to its end."""
    begun, waiting, left = time.monotonic(), list(due), list(mishaps)
    planning: dict[int, Tick] = {}
    while (passed := time.monotonic() - begun) < intensity.seconds:
        while left and left[0].after <= passed:
            mishap = left.pop(0)
            MISHAPS[mishap.kind](world, mishap)
            world.tally.add(mishap.kind)
        _settle(world, planning, waiting)
        if len(world.workers.unfinished()) < intensity.workers:
            _next(world, planning, waiting, due, script)
        time.sleep(_STEP_SECONDS)
    for worker in [one for one in world.workers.unfinished() if one.number in planning]:
        waiting.append(planning.pop(worker.number))
    _settle(world, planning, waiting)
    return waiting


def _next(world: World, planning: dict[int, Tick], waiting: list[Tick], due: Sequence[Tick], script: DayScript) -> None:
    """One more worker: the next tick is planned, or one of the other things is done that somebody always does."""
    dice = script.dice
    if waiting:
        tick = waiting.pop(0)
        planning[world.workers.start("plan", **tick.order()).number] = tick
        return
    kind = dice.choice(ROLES)
    if kind == "work" and due:
        world.workers.start("work", **dice.choice(due).order())
    else:
        start_role(world, kind if kind != "work" else "sweep")


def start_role(world: World, kind: str) -> Worker:
    """A worker of one of the DAGs that run every few minutes."""
    run = f"scheduled__{world.clock.now().isoformat()}"
    return world.workers.start(
        kind, dag={"sweep": "sweep_results", "verify": "verify_invoices"}.get(kind, "import_bureau_file"), run=run
    )


def _settle(world: World, planning: dict[int, Tick], waiting: list[Tick]) -> None:
    """A planning that failed is planned again, one that came to its end is written down."""
    for number in [number for number in planning if world.workers.get(number).ended is not None]:
        tick, worker = planning.pop(number), world.workers.get(number)
        if worker.done:
            world.fired[f"{tick.dag}/{tick.run}"] = {"tick": tick, "said": worker.said}
        else:
            waiting.append(tick)


def finish(world: World, waiting: list[Tick]) -> None:
    """In a healthy world every planning comes to its end."""
    for worker in world.workers.wait(world.workers.unfinished(), 60):
        raise AssertionError(f"{worker.kind} {worker.order} does not end in a healthy world")
    for tick in waiting:
        worker = world.workers.start("plan", **tick.order())
        world.workers.wait([worker], 60)
        if not worker.done:
            raise AssertionError(f"{tick.dag} cannot be planned in a healthy world: {worker.said}")
        world.fired[f"{tick.dag}/{tick.run}"] = {"tick": tick, "said": worker.said}
