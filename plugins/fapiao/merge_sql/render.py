"""Renders include/sql/merge/<target>.sql from fields.yaml, so that a changed merge rule shows as a changed statement.

    cd plugins && ../.venv/bin/python -m fapiao.merge_sql

writes the files again; a test refuses files that differ from what the rules say.
"""

# ruff: noqa: S608 - what is put together here is committed as include/sql/merge/*.sql and compared by a test.

from fapiao.merge_sql.policies import Policies
from fapiao.merge_sql.set_aside import set_aside_statements
from fapiao.merge_sql.staging import INSERTING, MATCH, listed, named, seen_groups, staging
from fapiao.pool_columns.records import Field

_CLOCK = "(SELECT sync.clock_timestamp())"
# Columns that follow 入账状态; no payload offers them.
_ENTRY_FOLLOWERS = ("entry_kind", "entry_period", "entry_at")


def render(target: str) -> str:
    """The text of include/sql/merge/<target>.sql."""
    return "\n".join([*staging(target), *set_aside_statements(target), _held(target), _merge(target)])


def _origin(target: str) -> tuple[str, str]:
    if target == "status":
        return "coalesce(s.batch_no, %(batch_no)s)", "coalesce(s.channel, %(channel)s)"
    return "%(batch_no)s", "%(channel)s"


def _held(target: str) -> str:
    policies, (batch, channel) = Policies(target), _origin(target)
    return named(
        "held",
        "Report the statuses that the merge is about to refuse.",
        f"""INSERT INTO pool.held_change (
    direction, taxpayer_no, document_key, column_name, current_value, offered_value, reason,
    batch_no, channel, observed_at)
SELECT %(direction)s, %(taxpayer_no)s, document_key, 'status', current_value, offered_value, reason,
    batch_no, channel, observed_at
FROM (
    SELECT s.document_key, d.status AS current_value, s.status AS offered_value, s.observed_at,
        {batch} AS batch_no, {channel} AS channel,
        CASE
            WHEN NOT {policies.newer("status")} THEN 'older'
            WHEN (d.status, s.status) IN ({policies.refused("status")}) THEN 'backwards'
        END AS reason
    FROM staged_{target} AS s
    JOIN pool.document AS d ON {MATCH}
    WHERE s.status <> d.status
) AS offer
WHERE reason IS NOT NULL
ON CONFLICT DO NOTHING""",
    )


def _merge(target: str) -> str:
    policies = Policies(target)
    batch, channel = _origin(target)
    sets = [f"{name} = {value}" for name, value in policies.updates()]
    sets += [f"channel = {channel}", f"batch_no = {batch}", f"updated_at = {_CLOCK}"]
    changes = [
        f"CASE WHEN old.{name} IS DISTINCT FROM new.{name}"
        f" THEN ('{name}', old.{name}::text, new.{name}::text)::pool.changed_column END"
        for name in _logged(policies.offered)
    ]
    lines_changed = "old.lines_hash IS DISTINCT FROM new.lines_hash" if target == "documents" else "false"
    return named(
        "merge",
        "Staging into the pool; every changed column leaves a row in pool.change by the same statement.",
        f"""WITH merged AS (
    MERGE INTO pool.document AS d
    USING {_source(target)} AS s
    ON {MATCH}
    WHEN MATCHED AND {policies.change_test()}
    THEN UPDATE SET
        {listed(sets, 8)}{_insert(target, policies)}
    RETURNING merge_action() AS action, new.document_key, s.observed_at, new.batch_no, new.channel,
        {lines_changed} AS lines_changed,
        new.amount + new.tax_amount = new.total_amount AS adds_up,
        CASE new.direction WHEN 'input' THEN new.buyer_tax_no ELSE new.seller_tax_no END = new.taxpayer_no
            AS owner_is_party,
        CASE WHEN merge_action() = 'UPDATE' THEN ARRAY[
            {listed(changes, 12)}
        ] END AS changes
), touched AS (
    INSERT INTO staged_touched (action, document_key, lines_changed, adds_up, owner_is_party)
    SELECT action, document_key, lines_changed, adds_up, owner_is_party FROM merged
    WHERE %(with_lines)s OR NOT adds_up OR NOT owner_is_party
), logged AS (
    INSERT INTO pool.change (
        direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel,
        observed_at, changed_at)
    SELECT %(direction)s, %(taxpayer_no)s, m.document_key, c.column_name, c.old_value, c.new_value,
        m.batch_no, m.channel, m.observed_at, {_CLOCK}
    FROM merged AS m CROSS JOIN LATERAL unnest(m.changes) AS c
    WHERE m.action = 'UPDATE' AND c.column_name IS NOT NULL
)
SELECT count(*) FILTER (WHERE action = 'INSERT') AS inserted,
    count(*) FILTER (WHERE action = 'UPDATE') AS updated,
    count(*) FILTER (WHERE action = 'UPDATE' AND lines_changed) AS lines_changed
FROM merged""",
    )


def _source(target: str) -> str:
    """New rows go into the indexes in the order of the keys, side by side; known ones are found best as they came."""
    if target not in INSERTING:
        return f"staged_{target}"
    return f"(SELECT * FROM staged_{target} ORDER BY CASE WHEN %(by_key)s THEN document_key END)"


def _logged(offered: tuple[Field, ...]) -> list[str]:
    names = [column.name for column in offered]
    return [*names, *(_ENTRY_FOLLOWERS if "entry_status" in names else ())]


def _insert(target: str, policies: Policies) -> str:
    if target not in INSERTING:
        return ""
    values = {"direction": "%(direction)s", "taxpayer_no": "%(taxpayer_no)s", "document_key": "s.document_key"}
    values |= {column.name: policies.first_value(column) for column in policies.offered}
    values |= {"first_collected_at": "s.observed_at"}
    values |= {f"{group}_observed_at": policies.observed(group) for group in seen_groups(policies.offered)}
    values |= {"channel": "%(channel)s", "batch_no": "%(batch_no)s", "created_at": _CLOCK, "updated_at": _CLOCK}
    return f"""
    WHEN NOT MATCHED AND %(insert_missing)s THEN INSERT (
        {listed(values, 8)}
    ) VALUES (
        {listed(values.values(), 8)}
    )"""
