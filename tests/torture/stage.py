"""A stage of a day: ticks are planned and rows worked while things happen, until time and work have gone far enough."""

import time
from collections.abc import Sequence
from typing import Any

from calendar_ticks import Tick
from day_script import DayScript, Intensity, Mishap
from mishaps import MISHAPS
from world import World

ROLES = ("work", "work", "sweep", "verify", "imports")
DAGS = {"sweep": "sweep_results", "verify": "verify_invoices", "imports": "import_bureau_file"}
_STEP_SECONDS = 0.02
_MOST_TIMES = 6
"""How much longer a stage may take where the machine is busy, or everybody stands still."""


class Stage:
    """`due` are the ticks that fire in it; `mishaps` happen at their part of its time."""

    def __init__(self, world: World, due: Sequence[Tick], script: DayScript, intensity: Intensity) -> None:
        self.world, self.due, self.dice, self.intensity = world, due, script.dice, intensity
        self.waiting = list(due)
        self._planning: dict[int, Tick] = {}
        self._begun, self._before = time.monotonic(), world.workers.started

    def run(self, mishaps: Sequence[Mishap]) -> list[Tick]:
        """Goes on to its end; the ticks whose planning did not come to one."""
        left = list(mishaps)
        while (passed := self._passed()) < self.intensity.seconds:
            while left and left[0].after <= passed:
                self._strike(left.pop(0))
            self._settle()
            if sum(not one.frozen for one in self.world.workers.unfinished()) < self.intensity.workers:
                self._next()
            time.sleep(_STEP_SECONDS)
        self.waiting += self._planning.values()
        return self.waiting

    def _passed(self) -> float:
        """Seconds of the stage: on a busy machine no more than the work that was begun is worth."""
        real = time.monotonic() - self._begun
        begun = self.world.workers.started - self._before
        worked = self.intensity.seconds * begun / (len(self.due) + self.intensity.least_workers)
        return max(min(real, worked), real / _MOST_TIMES)

    def _strike(self, mishap: Mishap) -> None:
        MISHAPS[mishap.kind](self.world, mishap)
        self.world.tally.add(mishap.kind)

    def _next(self) -> None:
        """One more worker: the next tick is planned, or one of the other things is done that somebody always does."""
        if self.waiting and self.dice.random() < 0.6:
            tick = self.waiting.pop(0)
            self._planning[self.world.workers.start("plan", **tick.order()).number] = tick
            return
        kind = self.dice.choice(ROLES)
        order: dict[str, Any] = self.dice.choice(self.due).order() if kind == "work" else of_role(self.world, kind)
        self.world.workers.start(kind, **order)

    def _settle(self) -> None:
        """A planning that failed is planned again, one that came to its end is written down."""
        for number in list(self._planning):
            worker = self.world.workers.get(number)
            if worker.ended is not None:
                tick = self._planning.pop(number)
                if worker.done:
                    self.world.fired[tick.dag, tick.run] = tick
                else:
                    self.waiting.append(tick)


def of_role(world: World, kind: str) -> dict[str, Any]:
    """What a worker is told of one of the DAGs that run every few minutes.

    Its run is its own, as Airflow's is: the owner of a lease is named by it, and takes its own rows back at once.
    """
    return {"dag": DAGS[kind], "run": f"scheduled__{world.clock.now().isoformat()}__{world.workers.started}"}
