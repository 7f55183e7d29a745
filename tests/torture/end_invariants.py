"""Invariants of the end, when everybody is logged in and everything was worked: nobody waits for what is there."""

from typing import Any

from drain import round_of_workers
from invariants import holds, in_sql
from world import World

in_sql(
    "nobody_waits_for_a_login",
    "when everybody is logged in and everything was worked, no row waits for a login",
    """
    SELECT batch_no, channel, login_request_id FROM sync.task
    WHERE login_request_id IS NOT NULL AND finished_at IS NULL AND void_state IS NULL
    UNION ALL SELECT batch_no, channel, login_request_id FROM sync.selection
    WHERE login_request_id IS NOT NULL AND finished_at IS NULL
    """,
    when="end",
)
_STANDS = {
    "documents": "SELECT count(*), md5(string_agg(to_jsonb(d)::text, '' ORDER BY direction, taxpayer_no, document_key)) FROM pool.document AS d",
    "lines": "SELECT count(*), md5(string_agg(to_jsonb(l)::text, '' ORDER BY direction, taxpayer_no, document_key, line_no)) FROM pool.line AS l",
    "changes": "SELECT count(*), max(change_id) FROM pool.change",
    "tasks": "SELECT count(*), md5(string_agg(batch_no || status || coalesce(void_state, ''), '' ORDER BY task_id)) FROM sync.task",
    "slots": "SELECT count(*), md5(string_agg(slot_id || state, '' ORDER BY slot_id)) FROM sync.quota_slot",
    "replies": "SELECT count(*), max(reply_id) FROM sync.reply",
    "selections": "SELECT count(*), md5(string_agg(batch_no || status, '' ORDER BY selection_id)) FROM sync.selection",
    "verifications": "SELECT count(*), md5(string_agg(batch_no || state, '' ORDER BY verification_id)) FROM sync.verification",
    "files": "SELECT count(*), max(stored_at) FROM pool.layout_file",
}


@holds("when everything was worked, working everything once more changes nothing", when="end")
def another_drain_changes_nothing(world: World) -> list[dict[str, Any]]:
    """Documents, lines, changes, rows, slots, replies, files."""
    before = stands(world)
    round_of_workers(world)
    after = stands(world)
    return [
        {"what": name, "before": before[name], "after": after[name]} for name in before if before[name] != after[name]
    ]


def stands(world: World) -> dict[str, tuple[Any, ...]]:
    """How everything stands, in a few numbers."""
    return {name: tuple(world.rows(statement)[0].values()) for name, statement in _STANDS.items()}
