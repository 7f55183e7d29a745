"""Renders include/sql/merge/<target>.sql from fields.yaml, so that a changed merge rule shows as a changed statement.

    cd plugins && ../.venv/bin/python -m fapiao.merge_sql

writes the files again; a test refuses files that differ from what the rules say.
"""

from collections.abc import Iterable

from fapiao.fields import OBSERVED_GROUPS, TARGETS, Field, Fields, Kind, load_fields, staged_columns
from fapiao.merge_policies import change_test, entry_sets, has_group, insert_value, new_value, newer
from fapiao.places import SQL

_HEADER = """-- name: {name}
-- {sentence}
"""
_RENDERED = """-- Rendered from include/rules/fields.yaml; do not edit, edit the rules and run: cd plugins, python -m fapiao.merge_sql
"""
# A status that waited for its document keeps the task it came from.
_ORIGIN = """,
    batch_no text,
    channel text"""
_MATCH = """d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key"""


def render(target: str) -> str:
    """The text of include/sql/merge/<target>.sql."""
    fields = load_fields()
    offered = fields.of_target(target)
    statements = [
        _stage(fields, target, offered),
        *(_copy(kind) for kind in fields.kinds.values() if kind.target == target),
        *_repeats(target, offered),
        _confirmed_later(target),
        _held(fields, target, offered),
        _totals(target, offered),
        _merge(fields, target, offered),
    ]
    return "\n".join(statements)


def _list(parts: Iterable[str], indent: str, separator: str = ",") -> str:
    return f"{separator}\n{indent}".join(parts)


def _stage(fields: Fields, target: str, offered: tuple[Field, ...]) -> str:
    types = {"document_key": "text", "observed_at": "timestamptz", "status_default": "text"}
    types |= {column.name: column.type for column in offered}
    names = ["document_key", "observed_at", *(["status_default"] if target == "documents" else [])]
    columns = [f"{name} {types[name]}" for name in [*names, *(column.name for column in offered)]]
    heading = _HEADER.format(name="stage", sentence="Wide, nullable staging of this session, empty.")
    return f"""{heading}{_RENDERED}CREATE TEMP TABLE IF NOT EXISTS staged_{target} (
    {_list(columns, "    ")},
    seen_later_at timestamptz{_ORIGIN if target == "status" else ""}
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_touched (
    action text,
    document_key text,
    lines_changed boolean,
    adds_up boolean,
    owner_is_party boolean
) ON COMMIT DELETE ROWS;
TRUNCATE staged_{target}, staged_touched;
"""


def _copy(kind: Kind) -> str:
    heading = _HEADER.format(name=f"copy_{kind.name}", sentence=f"The rows of one package of {kind.provenance.text}, as text.")
    return f"{heading}COPY staged_{kind.target} (\n    {_list(staged_columns(kind.name), '    ')}\n) FROM STDIN;\n"


def _repeats(target: str, offered: tuple[Field, ...]) -> list[str]:
    names = [column.name for column in offered]
    own_date = [name for name in ("aggregated_on", "risk_changed_at") if name in names]
    compared = [name for name in names if name not in own_date]
    repeated = f"SELECT document_key FROM staged_{target} GROUP BY document_key HAVING count(*) > 1"
    newest = ", ".join([*(f"{name} DESC NULLS LAST" for name in own_date), "observed_at DESC", "ctid DESC"])
    same = "Keys that came more than once under the same 归集日期 or 变更日期: word for word equal, or not."
    forget = "Keep the newest row of every key; what goes is counted as ignored."
    return [
        f"""{_HEADER.format(name="duplicates", sentence=same)}SELECT count(*) FILTER (WHERE versions = 1) AS identical,
    count(*) FILTER (WHERE versions > 1) AS differing,
    coalesce((array_agg(document_key ORDER BY document_key) FILTER (WHERE versions > 1))[1:5], '{{}}') AS sample
FROM (
    SELECT document_key, count(DISTINCT hash_record_extended((
        {_list(compared, "        ")}
    ), 0)) AS versions
    FROM staged_{target}
    WHERE document_key IN ({repeated})
    GROUP BY {", ".join(["document_key", *own_date])}
    HAVING count(*) > 1
) AS repeated;
""",
        f"""{_HEADER.format(name="forget_repeats", sentence=forget)}WITH newest_first AS (
    SELECT ctid AS place, row_number() OVER (PARTITION BY document_key ORDER BY {newest}) AS place_no
    FROM staged_{target}
    WHERE document_key IN ({repeated})
)
DELETE FROM staged_{target} USING newest_first WHERE staged_{target}.ctid = place AND place_no > 1;
""",
    ]


def _confirmed_later(target: str) -> str:
    heading = _HEADER.format(
        name="confirmed_later", sentence="Mark what a reply that is already merged saw later, though it changed nothing."
    )
    return f"""{heading}UPDATE staged_{target} AS s
SET seen_later_at = later.observed_at
FROM (
    SELECT document_key, max(g.observed_at) AS observed_at
    FROM pool.sighting AS g CROSS JOIN LATERAL unnest(g.document_keys) AS document_key
    WHERE g.taxpayer_no = %(taxpayer_no)s AND g.direction = %(direction)s AND g.target = '{target}'
        AND g.observed_at > (SELECT min(observed_at) FROM unnest(%(observed)s::timestamptz[]) AS observed_at)
    GROUP BY document_key
) AS later
WHERE later.document_key = s.document_key AND later.observed_at > s.observed_at;
"""


def _held(fields: Fields, target: str, offered: tuple[Field, ...]) -> str:
    heading = _HEADER.format(name="held", sentence="Report the values that the merge is about to refuse.")
    column = "status"
    refused = _refused_pairs(fields, column)
    booked = "WHEN s.entry_status = '02' AND d.entry_status = '02' THEN 'booked'\n            " if target == "status" else ""
    batch, channel = _origin(target)
    return f"""{heading}INSERT INTO pool.held_change (
    direction, taxpayer_no, document_key, column_name, current_value, offered_value, reason, batch_no, channel, observed_at)
SELECT direction, taxpayer_no, document_key, '{column}', current_value, offered_value, reason, batch_no, channel, observed_at
FROM (
    SELECT d.direction, d.taxpayer_no, d.document_key, d.{column} AS current_value, s.{column} AS offered_value, s.observed_at,
        {batch} AS batch_no, {channel} AS channel,
        CASE {booked}WHEN NOT {newer("status", offered, target)} THEN 'older'
            WHEN (d.{column}, s.{column}) IN ({refused}) THEN 'backwards' END AS reason
    FROM staged_{target} AS s JOIN pool.document AS d ON {_MATCH}
    WHERE s.{column} IS NOT NULL AND s.{column} <> d.{column}
) AS offer
WHERE reason IS NOT NULL
ON CONFLICT DO NOTHING;
"""


def _origin(target: str) -> tuple[str, str]:
    if target == "status":
        return "coalesce(s.batch_no, %(batch_no)s)", "coalesce(s.channel, %(channel)s)"
    return "%(batch_no)s", "%(channel)s"


def _totals(target: str, offered: tuple[Field, ...]) -> str:
    names = {column.name for column in offered}
    sums = "coalesce(sum(amount), 0), coalesce(sum(tax_amount), 0)" if "amount" in names else "0, 0"
    totals = _HEADER.format(name="totals", sentence="Rows, distinct documents, stated statuses, and the sums.")
    mostly_new = _HEADER.format(name="mostly_new", sentence="Whether most of the first rows are new to the pool.")
    missing = _HEADER.format(name="missing", sentence="Staged documents that the pool does not hold.")
    return f"""{totals}SELECT count(*), count(DISTINCT document_key), count(status), {sums}
FROM staged_{target};

{mostly_new}SELECT coalesce(avg((d.document_key IS NULL)::integer), 0) > 0.5
FROM (SELECT document_key FROM staged_{target} LIMIT 100) AS s
LEFT JOIN pool.document AS d ON {_MATCH};

{missing}SELECT count(*) FROM staged_{target} AS s
WHERE NOT EXISTS (
    SELECT FROM pool.document AS d WHERE {_MATCH}
);
"""


def _refused_pairs(fields: Fields, column: str) -> str:
    pairs = [(row.current, value) for row in fields.backwards if row.column == column for value in row.offered]
    return ", ".join(f"('{current}', '{value}')" for current, value in pairs)


def _merge(fields: Fields, target: str, offered: tuple[Field, ...]) -> str:
    refused = _refused_pairs(fields, "status")
    groups = [group for group in OBSERVED_GROUPS if has_group(group, offered)]
    sets = [f"{column.name} = {new_value(column, offered, target, refused)}" for column in offered]
    sets += entry_sets(offered, target)
    sets += [f"{group}_observed_at = {_observed(group, offered, target, 'd')}" for group in groups]
    batch, channel = _origin(target)
    sets += [f"channel = {channel}", f"batch_no = {batch}", "updated_at = (SELECT clock_timestamp())"]
    changed = [
        f"CASE WHEN old.{name} IS DISTINCT FROM new.{name}"
        f" THEN ('{name}', old.{name}::text, new.{name}::text)::pool.changed_column END"
        for name in _logged(offered)
    ]
    heading = _HEADER.format(
        name="merge", sentence="Staging into the pool; every changed column leaves a row in pool.change by the same statement."
    )
    return f"""{heading}WITH merged AS (
    MERGE INTO pool.document AS d
    USING (
        SELECT * FROM staged_{target} WHERE NOT %(mostly_new)s
        UNION ALL
        -- New documents by key, so that neighbours share index pages; it sorts places, which is cheaper than wide rows.
        SELECT q.* FROM (SELECT ctid AS place FROM staged_{target} ORDER BY document_key) AS k
        JOIN staged_{target} AS q ON q.ctid = k.place
        WHERE %(mostly_new)s
    ) AS s
    ON {_MATCH}
    WHEN MATCHED AND {change_test(offered, target, refused)}
    THEN UPDATE SET
        {_list(sets, "        ")}{_insert(offered, groups, target)}
    RETURNING merge_action() AS action, new.document_key, s.observed_at, new.batch_no, new.channel,
        {"old.lines_hash IS DISTINCT FROM new.lines_hash" if target == "documents" else "false"} AS lines_changed,
        new.amount + new.tax_amount = new.total_amount AS adds_up,
        CASE new.direction WHEN 'input' THEN new.buyer_tax_no ELSE new.seller_tax_no END = new.taxpayer_no AS owner_is_party,
        CASE WHEN merge_action() = 'UPDATE' THEN ARRAY[
            {_list(changed, "            ")}
        ] END AS changes
), touched AS (
    INSERT INTO staged_touched (action, document_key, lines_changed, adds_up, owner_is_party)
    SELECT action, document_key, lines_changed, adds_up, owner_is_party FROM merged
), logged AS (
    INSERT INTO pool.change (
        direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
    SELECT %(direction)s, %(taxpayer_no)s, m.document_key, c.column_name, c.old_value, c.new_value,
        m.batch_no, m.channel, m.observed_at, (SELECT clock_timestamp())
    FROM merged AS m CROSS JOIN LATERAL unnest(m.changes) AS c
    WHERE m.action = 'UPDATE' AND c.column_name IS NOT NULL
)
SELECT count(*) FILTER (WHERE action = 'INSERT') AS inserted,
    count(*) FILTER (WHERE action = 'UPDATE') AS updated,
    count(*) FILTER (WHERE action = 'UPDATE' AND lines_changed) AS lines_changed
FROM merged;
"""


def _logged(offered: tuple[Field, ...]) -> list[str]:
    names = [column.name for column in offered]
    return names + (["entry_kind", "entry_period", "entry_at"] if "entry_status" in names else [])


def _observed(group: str, offered: tuple[Field, ...], target: str, pool: str | None) -> str:
    names = ", ".join(f"s.{column.name}" for column in offered if column.group == group)
    said = "s.observed_at" if group == "face" else f"CASE WHEN num_nonnulls({names}) > 0 THEN s.observed_at END"
    if group == "face" and target != "documents":
        said = "NULL"
    return f"greatest({pool}.{group}_observed_at, {said})" if pool else said


def _insert(offered: tuple[Field, ...], groups: list[str], target: str) -> str:
    if target == "status":
        return ""
    values = {"direction": "%(direction)s", "taxpayer_no": "%(taxpayer_no)s", "document_key": "s.document_key"}
    values |= {column.name: insert_value(column, target) for column in offered}
    values |= {"first_collected_at": "s.observed_at"}
    values |= {f"{group}_observed_at": _observed(group, offered, target, None) for group in groups}
    values |= {"channel": "%(channel)s", "batch_no": "%(batch_no)s"}
    values |= {"created_at": "(SELECT clock_timestamp())", "updated_at": "(SELECT clock_timestamp())"}
    return f"""
    WHEN NOT MATCHED AND %(insert_missing)s THEN INSERT (
        {_list(values, "        ")}
    ) VALUES (
        {_list(values.values(), "        ")}
    )"""


def main() -> None:
    """Write the rendered files."""
    for target in TARGETS:
        (SQL / "merge" / f"{target}.sql").write_text(render(target), encoding="utf-8")


if __name__ == "__main__":
    main()
