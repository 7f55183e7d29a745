"""Plan: the calendar × schemes × taxpayers × types become task rows in one statement; nothing is planned twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from fapiao.tasks import RunDay
from fapiao.texts.catalogue import sentence_in
from hooks.enterprise.parameters import read_parameters
from operators.downloads.occurring import occurring_on, reasons, types_asked
from operators.run_context import CALENDAR


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
        occurring = occurring_on(connection, book, run, channel, job, read_parameters(connection))
        unasked = actor == CALENDAR and not run.explicit
        early = unasked and _leave_out_early(connection, occurring)
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
            "types": Jsonb(list(types_asked(book, job))),
            "reasons": Jsonb(reasons(book)),
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


def _leave_out_early(connection: psycopg.Connection[Any], occurring: list[dict[str, Any]]) -> bool:
    """Suppresses what the calendar named before this pool was made; whether there was any of it."""
    (installed,) = connection.execute(query("plan", "installed")).fetchone() or (None,)
    early = [one for one in occurring if installed and datetime.fromisoformat(one["at"]) < installed]
    code = "before_installation"
    reason = sentence_in("zh", f"left_out.{code}")
    for one in early:
        if one["suppressed"] is None:
            one |= {"suppressed": reason, "suppressed_as": code}
    return bool(early)


def _planned_before(connection: psycopg.Connection[Any], values: dict[str, Any]) -> bool:
    connection.execute(query("plan", "late"), values)
    return connection.execute(query("plan", "note_tick"), values).fetchone() == (True,)


def _batch(run: RunDay, actor: str) -> dict[str, Any]:
    return {"dag_id": run.dag_id, "run_id": run.run_id, "day": run.day, "created_by": actor}
