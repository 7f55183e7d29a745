"""What the control room may be told: move the clock, set a fault, settle how the bureau behaves."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

import msgspec

from simulator.bureau import Bureau
from simulator.codes import PLATFORM
from simulator.faults import ALWAYS, KINDS, Fault
from simulator.seeding import BadSeed

FEWEST_POLLS = 2
ENDINGS = ("2", "3", "4", "5", "6")
SERVER_ERRORS = {str(status) for status in range(500, 600)}
NEEDED = {
    "returncode": ("code",),
    "error_code": ("code",),
    "renamed_field": ("field", "to"),
    "missing_field": ("field",),
    "extra_field": ("field",),
    "other_head": ("field", "to"),
    "other_value": ("field", "to"),
}


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
    field: str = ""
    to: str = ""


class GatewayOrder(msgspec.Struct, forbid_unknown_fields=True):
    """How plane O behaves; absent fields stay."""

    ready_after_polls: int | None = None
    task_seconds: float | None = None
    session_seconds: float | None = None
    repeat_seconds: float | None = None
    latency_seconds: float | None = None
    encoding: Literal["base64", "aes"] | None = None


class SessionOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Log a bureau account in or out; without a city, wherever it has a login."""

    account: str
    state: Literal["online", "offline", "lost"]
    city: str | None = None


class PeriodOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The current 税款所属期 of a taxpayer, YYYYMM."""

    tax_no: str = msgspec.field(name="taxNo")
    skssq: str = msgspec.field()


class SettingsOrder(msgspec.Struct, forbid_unknown_fields=True):
    """How the bureau behaves; absent fields stay."""

    ready_after_polls: int | None = None
    ready_after_seconds: float | None = None
    errand_seconds: float | None = None
    clear_codes: list[str] | None = None
    gateway: GatewayOrder | None = None


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
    problems += _missing(order)
    if problems:
        raise BadSeed(problems)
    times = order.times if isinstance(order.times, int) else ALWAYS
    return Fault(
        kind=order.kind,
        service=order.service,
        times=times,
        match=order.match,
        code=str(order.code),
        text=order.text,
        seconds=order.seconds,
        differing=order.differing,
        field_name=order.field,
        renamed=order.to,
    )


def _missing(order: FaultOrder) -> list[str]:
    needed = NEEDED.get(order.kind, ())
    problems = [f"kind {order.kind} needs a {name}" for name in needed if not getattr(order, name)]
    if order.kind == "task_ends" and str(order.code) not in ENDINGS:
        problems.append(f"code must be one of {', '.join(ENDINGS)}")
    if order.kind == "http_500" and order.code and str(order.code) not in SERVER_ERRORS:
        problems.append("code must be a status from 500 to 599")
    return problems


def session(bureau: Bureau, order: SessionOrder) -> None:
    """Log accounts in or out; BadSeed where there is none of that name."""
    found = bureau.gateway.accounts.named(order.account, order.city)
    if not found:
        raise BadSeed([f"no account {order.account} was seeded{f' in {order.city}' if order.city else ''}"])
    bureau.work()
    for account in found:
        account.put(order.state, bureau.clock.now())
    bureau.work()


def period(bureau: Bureau, order: PeriodOrder) -> None:
    """Set a current period; BadSeed for an unknown taxpayer or a text that is no month."""
    problems = [] if bureau.registry.get(order.tax_no) else [f"{order.tax_no} is no seeded company"]
    if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])", order.skssq):
        problems.append(f"{order.skssq!r} is not a period: write YYYYMM")
    if problems:
        raise BadSeed(problems)
    bureau.work()
    bureau.periods.put(order.tax_no, order.skssq)


def settle(bureau: Bureau, order: SettingsOrder) -> None:
    """Change readiness or which returncodes come in clear; BadSeed for fewer than two polls."""
    if order.ready_after_polls is not None:
        if order.ready_after_polls < FEWEST_POLLS:
            raise BadSeed(["ready_after_polls must be at least 2: nothing is ready on the first poll"])
        bureau.readiness = replace(bureau.readiness, polls=order.ready_after_polls)
    if order.ready_after_seconds is not None:
        bureau.readiness = replace(bureau.readiness, seconds=order.ready_after_seconds)
    if order.errand_seconds is not None:
        if order.errand_seconds < 0:
            raise BadSeed(["errand_seconds must not be negative"])
        bureau.readiness = replace(bureau.readiness, errand_seconds=order.errand_seconds)
    if order.clear_codes is not None:
        bureau.clear_codes = frozenset(order.clear_codes)
    if order.gateway is not None:
        _settle_gateway(bureau, order.gateway)


def _settle_gateway(bureau: Bureau, order: GatewayOrder) -> None:
    given = {name: value for name, value in msgspec.structs.asdict(order).items() if value is not None}
    if given.get("ready_after_polls", FEWEST_POLLS) < FEWEST_POLLS:
        raise BadSeed(["gateway.ready_after_polls must be at least 2: nothing is ready on the first poll"])
    negative = [name for name, value in given.items() if name.endswith("_seconds") and value < 0]
    if negative:
        raise BadSeed([f"gateway.{name} must not be negative" for name in negative])
    bureau.work()
    bureau.gateway.settings = replace(bureau.gateway.settings, **given)
