"""What the control room may be told: move the clock, set a fault, settle how the bureau behaves."""

from dataclasses import replace
from datetime import date, datetime

import msgspec

from simulator.bureau import Bureau
from simulator.codes import PLATFORM
from simulator.faults import ALWAYS, KINDS, Fault
from simulator.seeding import BadSeed

FEWEST_POLLS = 2


class ClockOrder(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One of: an instant, a day at 09:00, or seconds to go on."""

    set: datetime | None = None
    day: date | None = msgspec.field(name="date", default=None)
    advance_seconds: float | None = None


class FaultOrder(msgspec.Struct, forbid_unknown_fields=True):
    """One disturbance; `times` is a number or "always"."""

    kind: str
    service: str | None = None
    times: int | str = 1
    match: dict[str, str] = {}
    code: int | str = ""
    text: str = ""
    seconds: float = 1.0
    differing: bool = False


class SettingsOrder(msgspec.Struct, forbid_unknown_fields=True):
    """How the bureau behaves; absent fields stay."""

    ready_after_polls: int | None = None
    ready_after_seconds: float | None = None
    clear_codes: list[str] | None = None


def move(bureau: Bureau, order: ClockOrder) -> None:
    """Set or advance the clock; BadSeed unless exactly one way is given."""
    given = [value for value in (order.set, order.day, order.advance_seconds) if value is not None]
    if len(given) != 1:
        raise BadSeed(["give exactly one of set, date, advance_seconds"])
    if order.set is not None:
        bureau.clock.set(order.set)
    elif order.day is not None:
        bureau.clock.set_day(order.day)
    else:
        bureau.clock.advance(order.advance_seconds or 0)


def fault(order: FaultOrder) -> Fault:
    """The disturbance an order describes; BadSeed with every objection."""
    problems = []
    if order.kind not in KINDS:
        problems.append(f"kind {order.kind!r} is unknown; known are {', '.join(KINDS)}")
    if order.times != "always" and not (isinstance(order.times, int) and order.times >= 1):
        problems.append('times must be a number from 1 on, or "always"')
    if order.kind == "platform" and str(order.code) not in map(str, PLATFORM):
        problems.append(f"code must be one of {', '.join(map(str, PLATFORM))}")
    if order.kind == "returncode" and not order.code:
        problems.append("kind returncode needs a code")
    if problems:
        raise BadSeed(problems)
    times = order.times if isinstance(order.times, int) else ALWAYS
    return Fault(
        order.kind, order.service, times, order.match, str(order.code), order.text, order.seconds, order.differing
    )


def settle(bureau: Bureau, order: SettingsOrder) -> None:
    """Change readiness or which returncodes come in clear; BadSeed for fewer than two polls."""
    if order.ready_after_polls is not None:
        if order.ready_after_polls < FEWEST_POLLS:
            raise BadSeed(["ready_after_polls must be at least 2: nothing is ready on the first poll"])
        bureau.readiness = replace(bureau.readiness, polls=order.ready_after_polls)
    if order.ready_after_seconds is not None:
        bureau.readiness = replace(bureau.readiness, seconds=order.ready_after_seconds)
    if order.clear_codes is not None:
        bureau.clear_codes = frozenset(order.clear_codes)
