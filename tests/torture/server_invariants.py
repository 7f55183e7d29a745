"""Invariants of the server: when nobody works, nobody holds a transaction or a lock."""

import time
from typing import Any

from invariants import holds
from world import World

_PATIENCE_SECONDS = 3.0
_HELD = """
SELECT a.pid, a.state, a.xact_start, left(a.query, 120) AS query,
    (SELECT array_agg(DISTINCT l.mode) FROM pg_locks AS l WHERE l.pid = a.pid AND l.locktype <> 'virtualxid') AS locks
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
    AND (a.xact_start IS NOT NULL OR EXISTS (SELECT FROM pg_locks AS l WHERE l.pid = a.pid AND l.locktype <> 'virtualxid'))
"""


@holds("when nobody works, no session holds a transaction or a lock")
def nobody_holds_anything(world: World) -> list[dict[str, Any]]:
    """A session of a worker that has ended goes within a moment."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while (held := world.rows(_HELD)) and time.monotonic() < end:
        time.sleep(0.05)
    return held
