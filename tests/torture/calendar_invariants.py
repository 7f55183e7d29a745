"""Invariants of the calendar: what fired and was planned has a row, or a reason why not."""

from collections.abc import Iterator
from typing import Any

from calendar_ticks import Tick
from fapiao.calendar.occurrences import Occurrence, occurrences
from fapiao.rules.book import rulebook
from invariants import holds
from world import World

Row = dict[str, Any]
_SCHEMES = """
SELECT s.download_types, s.invoice_types, st.taxpayer_no FROM enterprise.scheme AS s
JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
JOIN enterprise.taxpayer AS t ON t.taxpayer_no = st.taxpayer_no AND t.channel = %(channel)s
WHERE s.enabled AND s.deleted_at IS NULL
"""
_PLANNED = """
SELECT taxpayer_no, direction, document FROM sync.task WHERE dag_id = %(dag)s AND tick = %(tick)s
UNION SELECT taxpayer_no, direction, document FROM sync.skip WHERE dag_id = %(dag)s AND tick = %(tick)s
"""
_BATCH = "SELECT batch_no FROM sync.batch WHERE dag_id = %(dag)s AND run_id = %(run)s"


@holds(
    "every tick of the calendar that was planned has its batch, and a row or a reason for every company it is due for"
)
def every_tick_is_planned(world: World) -> list[Row]:
    """Jobs by the scheme's days are left out: people change those days meanwhile."""
    found: list[Row] = []
    for tick in world.fired.values():
        values = {"dag": tick.dag, "run": tick.run, "tick": tick.name, "channel": tick.channel}
        if not world.rows(_BATCH, values):
            found.append({"tick": tick.run, "dag": tick.dag, "missing": "batch"})
        held = {tuple(row.values()) for row in world.rows(_PLANNED, values)}
        found += [{"tick": tick.run, "dag": tick.dag, "missing": one} for one in _due(world, tick) if one not in held]
    world.fired.clear()
    return found


def _due(world: World, tick: Tick) -> Iterator[tuple[str, str, str]]:
    for scheme in world.rows(_SCHEMES, {"channel": tick.channel}):
        for one in occurrences(rulebook(), tick.fired.date(), channel=tick.channel, job=tick.job):
            if _wanted(one, scheme):
                yield scheme["taxpayer_no"], one.direction, one.document


def _wanted(one: Occurrence, scheme: Row) -> bool:
    by_days = any(rule.id == one.rule and rule.due == "frequency" for rule in rulebook().calendar)
    if one.suppressed or by_days or one.download_type not in scheme["download_types"]:
        return False
    paper = {"customs", "withholding"}
    return (
        one.document in scheme["invoice_types"] if one.document in paper else bool({*scheme["invoice_types"]} - paper)
    )
