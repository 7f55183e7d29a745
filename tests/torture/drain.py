"""A healthy world is worked until nothing is due any more: time goes on to whatever is due next, within bounds."""

from datetime import datetime, timedelta

from stage import DAGS, of_role
from world import World

MOST_ROUNDS = 40
MOST_IDLE_ROUNDS = 4
"""Rounds after which a row that is due and stays so is stranded."""
_NEXT = """
WITH open AS (
    SELECT not_before, not_before_day, lease_until FROM sync.task
    WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL AND login_request_id IS NULL
    UNION ALL
    SELECT not_before, NULL, NULL FROM sync.task
    WHERE status = 'incomplete' AND void_state IS NULL AND not_before IS NOT NULL
    UNION ALL
    SELECT not_before, NULL, lease_until FROM sync.selection
    WHERE status IN ('unprocessed', 'processing') AND login_request_id IS NULL
    UNION ALL
    SELECT not_before, not_before_day, lease_until FROM sync.verification WHERE state IN ('waiting', 'limit')
    UNION ALL
    SELECT next_check, NULL, NULL FROM sync.login_request AS r
    WHERE answered_at IS NULL AND %(logins)s
        AND (EXISTS (SELECT FROM sync.task AS k WHERE k.login_request_id = r.login_request_id AND k.finished_at IS NULL)
            OR EXISTS (SELECT FROM sync.selection AS s WHERE s.login_request_id = r.login_request_id))
)
SELECT coalesce(greatest(not_before, lease_until, not_before_day::timestamp AT TIME ZONE 'Asia/Shanghai'), sync.now()) AS due
FROM open
WHERE not_before IS DISTINCT FROM 'infinity'
ORDER BY 1 LIMIT 1
"""

_OPEN = """
SELECT batch_no, job, channel, status, error_code, left(error_message, 80) AS said, not_before, not_before_day, lease_until,
    claim_no, attempts, polls, login_request_id, broke_workers
FROM sync.task WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL
    AND not_before IS DISTINCT FROM 'infinity'
ORDER BY not_before NULLS FIRST LIMIT 12
"""


def drain(world: World, end: datetime, *, logins: bool = True) -> int:
    """Works until nothing is due before `end`; how many rounds it took. Raises where there is no progress to an end."""
    idle = 0
    for number in range(1, MOST_ROUNDS + 1):
        round_of_workers(world)
        due = next_due(world, logins=logins)
        if due is None or due > end:
            return number
        idle = 0 if due > world.clock.now() else idle + 1
        if idle == MOST_IDLE_ROUNDS:
            break
        world.turn(max(due, world.clock.now()) + timedelta(seconds=1))
    rows = "\n".join(map(str, world.rows(_OPEN)))
    raise AssertionError(f"rows are due again and again: after {number} healthy rounds one is due at {due}\n{rows}")


def round_of_workers(world: World) -> None:
    """One worker of each kind, side by side, to its end."""
    started = [world.workers.start(kind, **of_role(world, kind)) for kind in DAGS]
    world.workers.ended(started, world.progress)
    for worker in started:
        if not worker.done:
            raise AssertionError(f"{worker.kind} fails in a healthy world: {worker.said}")


def next_due(world: World, *, logins: bool = True) -> datetime | None:
    """When the next row of any queue is due; None where none is open that time makes due."""
    found = world.rows(_NEXT, {"logins": logins})
    if not found:
        return None
    return found[0]["due"]
