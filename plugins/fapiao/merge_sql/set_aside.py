"""Renders what the status modes do with staged rows before they reach the pool (R029, R126 to R129)."""

# ruff: noqa: S608 - what is put together here is committed as include/sql/merge/*.sql and compared by a test.

from collections.abc import Iterator

from fapiao.merge_sql.staging import MATCH, left_out, listed, named
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import Field

# What a status update brings: rows that may go to the cache instead of the pool.
CACHED_TARGETS = ("documents", "headers")
_HOW_KNOWN = ("verification_status", "verify_source", "detail_level")


def set_aside_statements(target: str) -> Iterator[str]:
    """The statements of the status modes, for the targets that have them."""
    if target not in CACHED_TARGETS:
        return
    if target == "headers":
        yield _forget_known_faces(target, load_fields().of_target(target))
    yield _set_aside(target)
    yield _take_from_cache(target)


def _forget_known_faces(target: str, offered: tuple[Field, ...]) -> str:
    names = [column.name for column in offered if column.group == "face" and column.name not in _HOW_KNOWN]
    return named(
        "forget_known_faces",
        "Of a document 已验 a header says statuses and periods only (R029); where a mode adds nothing, of every one.",
        f"""UPDATE staged_{target} AS s
SET {listed((f"{name} = NULL" for name in names), 4)}
FROM pool.document AS d
WHERE {MATCH}
    AND (%(only_statuses)s OR d.verification_status = '1')""",
    )


def _set_aside(target: str) -> str:
    return named(
        "set_aside",
        "Of the documents that the pool lacks, all or those of types that are verified first wait in the cache (A-33).",
        f"""WITH aside AS (
    DELETE FROM staged_{target} AS s
    WHERE (%(everything)s OR s.invoice_type = ANY (%(verified_first)s))
        AND NOT EXISTS (SELECT FROM pool.document AS d WHERE {MATCH})
    RETURNING s.*
), kept AS (
    INSERT INTO pool.verification_cache AS c (
        direction, taxpayer_no, document_key, target, observed_at, row_values, line_values, batch_no, channel)
    SELECT %(direction)s, %(taxpayer_no)s, a.document_key, '{target}', a.observed_at, jsonb_strip_nulls(to_jsonb(a)),
        l.line_values, %(batch_no)s, %(channel)s
    FROM aside AS a
    LEFT JOIN (
        SELECT document_key, jsonb_agg(jsonb_strip_nulls(to_jsonb(line)) ORDER BY line_no) AS line_values
        FROM staged_lines AS line
        GROUP BY document_key
    ) AS l ON l.document_key = a.document_key
    ON CONFLICT (taxpayer_no, direction, document_key, target) DO UPDATE SET
        observed_at = excluded.observed_at,
        row_values = excluded.row_values,
        line_values = coalesce(excluded.line_values, c.line_values),
        batch_no = excluded.batch_no,
        channel = excluded.channel
    WHERE excluded.observed_at >= c.observed_at
), told AS (
    {left_out("IN_CACHE", "document_key").replace(chr(10), chr(10) + "    ")}
    FROM aside
)
SELECT document_key, invoice_type, invoice_code, invoice_no, etax_invoice_no, issue_date, amount, tax_amount
FROM aside
ORDER BY document_key""",
    )


def _take_from_cache(target: str) -> str:
    return named(
        "take_from_cache",
        "Stage what the cache holds of these documents, and forget it there.",
        f"""WITH taken AS (
    DELETE FROM pool.verification_cache AS c
    WHERE c.direction = %(direction)s AND c.taxpayer_no = %(taxpayer_no)s AND c.target = '{target}'
        AND c.document_key = ANY (%(document_keys)s)
    RETURNING c.*
), lines AS (
    INSERT INTO staged_lines
    SELECT l.* FROM taken AS t
    CROSS JOIN LATERAL jsonb_populate_recordset(NULL::staged_lines, coalesce(t.line_values, '[]')) AS l
    ORDER BY l.document_key, l.line_no
    RETURNING document_key
), staged AS (
    INSERT INTO staged_{target}
    SELECT (jsonb_populate_record(NULL::staged_{target}, row_values)).* FROM taken
    RETURNING observed_at
)
SELECT count(*), coalesce(array_agg(observed_at::text), '{{}}'), (SELECT count(*) FROM lines) FROM staged""",
    )
