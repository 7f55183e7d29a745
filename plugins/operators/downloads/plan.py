"""Plan: the calendar × schemes × taxpayers × types become task rows in one statement; nothing is planned twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import Occurrence, occurrences
from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from fapiao.tasks import SHANGHAI, RunDay
from hooks.enterprise.parameters import Parameters, read_parameters
from operators.run_context import CALENDAR

ALL_TYPES = "all"
"""未勾选数据初始化 asks by 凭证种类, not by 票种: one row holds every invoice type."""

LEFT_OUT = (
    "already_complete", "part_complete", "under_way", "before_authorisation", "outside_scheme", "out_of_reach",
    "before_company",
)  # fmt: skip
"""Why what is due is not asked for; the sentences are `skip_…` of messages.yaml."""

_PRIORITY = {"invoice": 50, "customs": 52, "withholding": 54}


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many rows a planning made, how many it left out with a reason, and how many leftovers it voided."""

    planned: int
    skipped: int
    voided: int = 0


def plan_day(
    connection: psycopg.Connection[Any],
    run: RunDay,
    channel: str,
    job: str,
    taxpayers: list[str] | None = None,
    rules: RuleBook | None = None,
    *,
    actor: str = CALENDAR,
    late: str = "",
) -> PlanCounts:
    """Plans one job of one channel for the run's day and all its taxpayers, in one transaction, as `actor`.

    `late` is why a tick is planned after its time; one that is planned already is then left as it is. A tick that
    nobody asked for is left out where it is older than the pool, or than a company on its channel (A-53).
    """
    book = rules or rulebook()
    with connection.transaction() as planning:
        connection.execute(query("plan", "lock"), {"channels": [channel]})
        occurring = _due(connection, book, run, channel, job, read_parameters(connection))
        unasked = actor == CALENDAR and not run.explicit
        early = unasked and _leave_out_early(connection, book, occurring)
        batch = connection.execute(query("plan", "open_batch"), _batch(run, actor)).fetchone()
        values = _batch(run, actor) | {
            "batch_no": batch[0] if batch else None,
            "tick": run.tick,
            "late": late,
            "channel": channel,
            "channels": list(book.channels),
            "taxpayers": taxpayers,
            "automatic": not run.explicit,
            "unasked": unasked,
            "occurrences": Jsonb(occurring),
            "types": Jsonb(list(_types(book, job))),
            "reasons": Jsonb(_reasons(book)),
        }
        if taxpayers is None and _planned_before(connection, values) and late:
            raise psycopg.Rollback(planning)
        connection.execute(query("plan", "walk_indexes"))
        connection.execute(query("plan", "note_suppressed"), values)
        connection.execute(query("plan", "age"), values)
        # 作废上个月遗留的任务: before the plan, which may then ask for the same month anew
        reason = book.message("leftover_voided", "scheduled")
        voided = connection.execute(query("leftovers", "void"), values | {"reason": reason}).rowcount
        row = connection.execute(query("plan", "plan"), values).fetchone()
        # last: every planning writes this one row, and it is locked for a moment only
        if not early:
            connection.execute(query("plan", "note_day"), {"day": run.day})
        return PlanCounts(row[0], row[1], voided) if row else PlanCounts(0, 0, voided)
    return PlanCounts(0, 0)


def _leave_out_early(connection: psycopg.Connection[Any], book: RuleBook, occurring: list[dict[str, Any]]) -> bool:
    """Suppresses what the calendar named before this pool was made; whether there was any of it."""
    (installed,) = connection.execute(query("plan", "installed")).fetchone() or (None,)
    early = [one for one in occurring if installed and datetime.fromisoformat(one["at"]) < installed]
    reason = book.message("skip_before_installation", "scheduled")
    for one in early:
        if one["suppressed"] is None:
            one |= {"suppressed": reason, "suppressed_as": "before_installation"}
    return bool(early)


def _planned_before(connection: psycopg.Connection[Any], values: dict[str, Any]) -> bool:
    connection.execute(query("plan", "late"), values)
    return connection.execute(query("plan", "note_tick"), values).fetchone() == (True,)


def _batch(run: RunDay, actor: str) -> dict[str, Any]:
    return {"dag_id": run.dag_id, "run_id": run.run_id, "day": run.day, "created_by": actor}


def _due(
    connection: psycopg.Connection[Any], book: RuleBook, run: RunDay, channel: str, job: str, parameters: Parameters
) -> list[dict[str, Any]]:
    """What the calendar names, each once, with the enabled schemes that take its download type on this day.

    A person who names a day may run a monthly job on any day of the month: it is planned as on its own day.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for scheme_id, frequency, download_types in connection.execute(query("plan", "schemes")).fetchall():
        for one in occurrences(
            book,
            run.day,
            channel=channel,
            job=job,
            frequency=Frequency.of(frequency),
            parameters=parameters,
            as_if_due=run.explicit,
        ):
            if one.download_type in download_types:
                key = (one.rule, one.direction, one.document)
                row = found.setdefault(key, _row(run, len(found), one))
                row["scheme_ids"] = sorted({*row["scheme_ids"], scheme_id})
    return list(found.values())


def _row(run: RunDay, position: int, one: Occurrence) -> dict[str, Any]:
    return {
        "position": position,
        "scheme_ids": [],
        "rule": one.rule,
        "job": one.job,
        "tick": run.tick,
        "at": _fired(run, one).isoformat(),
        "direction": one.direction,
        "document": one.document,
        "download_type": one.download_type,
        "sync_type": one.sync_type,
        "window_start": _iso(one.window_start),
        "window_end": _iso(one.window_end),
        "window_basis": one.window_basis,
        "counter": one.counter,
        "priority": _PRIORITY["invoice" if one.reach else one.document],
        "unless_complete": one.unless_complete,
        "one_a_month": one.one_a_month,
        "voids": one.voids,
        "deductible": one.deductible,
        "needs_authorisation": one.channel == "leqi" and one.download_type.endswith("_full"),
        "reach": one.reach,
        "suppressed": one.suppressed,
        "suppressed_as": "suppressed",
    }


def _fired(run: RunDay, one: Occurrence) -> datetime:
    """When the tick was due: its own time where it has one, for a job that fires several times a day."""
    return datetime.fromisoformat(run.tick).replace(tzinfo=SHANGHAI) if "T" in run.tick else one.at


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _types(book: RuleBook, job: str) -> Iterable[dict[str, Any]]:
    """Every type by direction, with the code it is asked under."""
    for kind in book.invoice_types.values():
        asked = ALL_TYPES if job == "unselected_init" and kind.document == "invoice" else kind.asked_of_leqi
        for direction in kind.directions:
            yield {
                "code": kind.code,
                "asked": asked,
                "document": kind.document,
                "direction": direction,
                "deductible": kind.deductible,
            }


def _reasons(book: RuleBook) -> list[dict[str, str]]:
    """The sentences of what is born failed and of what is left out."""
    born_failed = {"SMALL_SCALE": "small_scale_download", "NOT_OBTAINABLE": "not_obtainable"}
    return [
        *(
            {"code": code, "message": book.message(key, "scheduled"), "advice": book.advice(code)}
            for code, key in born_failed.items()
        ),
        *({"code": code, "message": book.message(f"skip_{code}", "scheduled"), "advice": ""} for code in LEFT_OUT),
    ]
