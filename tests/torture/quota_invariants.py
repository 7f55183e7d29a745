"""Invariants of the quotas: our ledger against the bureau's own counters; an application is money."""

from collections import Counter
from typing import Any

from invariants import holds, in_sql
from world import World

Row = dict[str, Any]
_OURS = """
SELECT taxpayer_no, document, direction, invoice_type, to_char(issue_month, 'YYYYMM') AS month, day::text,
    counter, array_agg(state) AS states, array_agg(task_id) AS tasks
FROM sync.quota_slot WHERE state <> 'released' GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_LIMITS = {"daily": 1, "running": 5, "past": 3}
"""S3 §3.2: an issue month once a day; five times while it runs, three times afterwards."""


def _ours(world: World) -> dict[tuple[str, ...], Row]:
    return {_key(row): row for row in world.rows(_OURS) if row["counter"] == "full"}


def _key(row: Row) -> tuple[str, ...]:
    kind = row["invoice_type"] if row["document"] == "invoice" else row["document"]
    return row["taxpayer_no"], row["direction"], kind, row["month"], row["day"]


def counted(world: World) -> Counter[tuple[str, ...]]:
    """Accepted full downloads by the bureau's own count: company, direction, type, issue month, day."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in world.bureau.ask("quota")["quota"]:
        if line["document"] != "unselected":
            direction = "input" if line["sjlx"] == "1" else "output"
            kind = line["fplx"] if line["document"] == "invoice" else line["document"]
            for day, times in line["by_day"].items():
                found[line["nsrsbh"], direction, kind, line["issue_month"], day] += times
    return found


@holds("our ledger says at least as many applications as the bureau counted")
def the_ledger_forgets_none(world: World) -> list[Row]:
    """An application that the bureau counted and that no slot stands for was spent for nothing."""
    ours = _ours(world)
    return [
        {"key": key, "bureau": times, "ours": ours.get(key, {}).get("states")}
        for key, times in counted(world).items()
        if times > len(ours.get(key, {}).get("states", ()))
    ]


@holds("a slot beyond the bureau's count is one whose answer nobody knows, or one that somebody else spent")
def slots_beyond_the_count_are_unknown(world: World) -> list[Row]:
    """`consumed` is what the bureau accepted by its own word; `reserved` is over when nobody works."""
    bureau = counted(world)
    return [
        {"key": key, "bureau": bureau[key], "states": row["states"], "tasks": row["tasks"]}
        for key, row in _ours(world).items()
        if sum(state == "consumed" for state in row["states"]) > bureau[key]
    ]


@holds("no quota is overspent: once a day, five times a running month, three times a past one")
def nothing_is_overspent(world: World) -> list[Row]:
    """By the bureau's count and by our own."""
    own = {key: [state for state in row["states"] if state != "foreign"] for key, row in _ours(world).items()}
    ours = Counter({key: len(states) for key, states in own.items()})
    return [{"by": by, **row} for by, found in (("bureau", counted(world)), ("ledger", ours)) for row in _over(found)]


def _over(found: Counter[tuple[str, ...]]) -> list[Row]:
    months: Counter[tuple[str, ...]] = Counter()
    for (*key, day), times in found.items():
        months[*key, day[:4] + day[5:7]] += times
    daily = [{"key": key, "times": times} for key, times in found.items() if times > _LIMITS["daily"]]
    monthly = [
        {"key": key, "times": times}
        for key, times in months.items()
        if times > _LIMITS["running" if key[-1] == key[-2] else "past"]
    ]
    return daily + monthly


in_sql(
    "one_application_a_row",
    "a row has one application of an issue month, and a second one only where the answer to the first was lost (A-03)",
    """
    SELECT q.task_id, k.batch_no, k.status, q.issue_month, array_agg(q.state ORDER BY q.slot_id) AS states
    FROM sync.quota_slot AS q JOIN sync.task AS k USING (task_id)
    WHERE q.state <> 'released'
    GROUP BY q.task_id, k.batch_no, k.status, q.issue_month
    HAVING count(*) FILTER (WHERE q.state <> 'unknown') > 1
    """,
)
in_sql(
    "no_reservation_is_open",
    "when nobody works, an open reservation belongs to an open row that will settle it",
    """
    SELECT q.slot_id, q.task_id, k.status, k.void_state FROM sync.quota_slot AS q JOIN sync.task AS k USING (task_id)
    WHERE q.state = 'reserved' AND (k.finished_at IS NOT NULL OR k.void_state IS NOT NULL OR k.status <> 'pending')
    """,
)
