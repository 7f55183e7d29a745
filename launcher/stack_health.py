"""Waits for a stack to be healthy for as long as it gets on, however busy the machine is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psutil

from fapiao.errors import Unusable
from fapiao.texts.catalogue import listed, sentence
from launcher.home import logs
from launcher.processes import session_members
from launcher.stack import API_SERVER, Stack, running_stack

STANDSTILL_SECONDS = 180.0
LEAST_WORK_SECONDS = 5.0
"""So much of a processor's time within the standstill shows that something still gets on."""
MOST_DEATHS = 5
TELL_SECONDS = 60.0
STEP_SECONDS = 0.5


class StackGone(Unusable):
    """The stack stopped while it started."""


@dataclass(slots=True)
class HealthWatch:
    """What is waited for, and when it last got on."""

    say: Callable[[str], None]
    missing: list[str] = field(default_factory=list)
    moved_at: float = field(default_factory=time.monotonic)
    told_at: float = field(default_factory=time.monotonic)
    work: float = 0.0

    def see(self, missing: list[str], work: float) -> None:
        """Takes notice of what is missing now, and of the processor's time that the stack took so far.

        That falls when a process ends, which is getting on too.
        """
        now = time.monotonic()
        if missing != self.missing or now - self.told_at > TELL_SECONDS:
            again = "services.still_waiting" if missing == self.missing else "services.waiting"
            self.say(sentence(again, names=listed(missing)))
            self.told_at = now
        if missing != self.missing or abs(work - self.work) >= LEAST_WORK_SECONDS:
            self.missing, self.work, self.moved_at = missing, work, now

    def refuse_standstill(self) -> None:
        """Raises Unusable when nothing has got on for long."""
        if time.monotonic() - self.moved_at > STANDSTILL_SECONDS:
            values = {"seconds": f"{STANDSTILL_SECONDS:.0f}", "names": listed(self.missing), "folder": logs()}
            raise Unusable(sentence("services.standstill", **values))


def wait_until_healthy(stack: Stack, say: Callable[[str], None]) -> None:
    """Returns when every part is healthy; `say` takes what is waited for.

    Raises StackGone when the supervisor ended, Unusable when a part ends again and again or all stand still.
    """
    watch, before = HealthWatch(say), {name: part.deaths for name, part in stack.parts.items()}
    while missing := stack.unhealthy():
        now = running_stack()
        if now is None:
            raise StackGone(sentence("services.gone", log=logs() / "supervisor.log"))
        _refuse_deaths(now, before)
        watch.see(missing, _work(now, missing))
        watch.refuse_standstill()
        time.sleep(STEP_SECONDS)


def _refuse_deaths(stack: Stack, before: Mapping[str, int]) -> None:
    """A stack of many days has had its deaths; those `before` the wait are not counted."""
    for name, part in stack.parts.items():
        deaths = part.deaths - before.get(name, 0)
        if deaths >= MOST_DEATHS:
            raise Unusable(sentence("services.deaths", name=name, deaths=deaths, log=logs() / f"{name}.log"))


def _work(stack: Stack, missing: list[str]) -> float:
    """Seconds of processor time of the parts that are waited for, and of the first one, which answers for all."""
    names = {API_SERVER, *(name.replace("_", "-") for name in missing)}
    parts = [part for name, part in stack.parts.items() if name in names]
    return sum(_seconds(process) for part in parts for process in session_members(part.pid, part.born))


def _seconds(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)
