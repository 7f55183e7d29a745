"""Invariants of rights: whatever a person did, he had the right to; who may do what is written down here once more."""

from typing import Any

from company_group import BRANCH, HEAD
from invariants import holds
from world import World

_OPERATOR = {"poll", "retry", "import", "select"}
_MANAGER = _OPERATOR | {"void"}
MAY: dict[str, dict[str, set[str]]] = {
    "zhang": {HEAD: _MANAGER, BRANCH: _MANAGER},
    "li": {HEAD: _OPERATOR},
    "sun": {BRANCH: _MANAGER},
    "qian": {BRANCH: _OPERATOR},
    "inbox": {HEAD: _OPERATOR, BRANCH: _OPERATOR},
    "calendar": {HEAD: _MANAGER, BRANCH: _MANAGER},
}
"""By actor and organisation; wang may look only, zhao nothing."""
_ACTS = """
SELECT 'void' AS act, voided_by AS actor, org_code, batch_no FROM sync.task WHERE void_state IS NOT NULL
UNION ALL SELECT 'retry', created_by, org_code, batch_no FROM sync.task WHERE retry_of IS NOT NULL
UNION ALL SELECT 'import', created_by, org_code, batch_no FROM sync.task WHERE history_batch_no IS NOT NULL AND retry_of IS NULL
UNION ALL SELECT 'select', created_by, org_code, batch_no FROM sync.selection
UNION ALL SELECT 'import', created_by, org_code, batch_no FROM sync.verification WHERE reason = 'received'
UNION ALL SELECT 'import', f.stored_by, t.org_code, f.document_key FROM pool.layout_file AS f
    JOIN enterprise.taxpayer AS t USING (taxpayer_no) WHERE f.source = 'user'
UNION ALL SELECT 'poll', e.actor, k.org_code, k.batch_no FROM sync.task_event AS e JOIN sync.task AS k USING (task_id)
    WHERE e.reason = '获取异步结果'
"""


@holds("nobody voided, retried, asked, imported or selected for an organisation without the right to")
def nobody_acts_without_the_right(world: World) -> list[dict[str, Any]]:
    """By what stands in the tables, whatever the person was told."""
    return [row for row in world.rows(_ACTS) if row["act"] not in MAY.get(row["actor"], {}).get(row["org_code"], set())]
