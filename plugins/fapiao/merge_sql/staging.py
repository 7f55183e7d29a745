"""Renders the statements of a target that prepare its staging: tables, COPY, repeats, totals."""

# ruff: noqa: S608 - what is put together here is committed as include/sql/merge/*.sql and compared by a test.

from collections.abc import Iterable, Iterator
from textwrap import fill

from fapiao.pool_columns.reading import load_fields, staged_columns
from fapiao.pool_columns.records import OBSERVED_GROUPS, Field, Kind

MATCH = """d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key"""
RENDERED = (
    "-- Rendered from include/rules/fields.yaml: edit the rules, then run `python -m fapiao.merge_sql` in plugins/.\n"
)
# A later word of the bureau about the same thing carries a date of its own; it decides before our clock does.
OWN_DATES = {"face": "aggregated_on", "status": "risk_changed_at"}
# The targets whose documents may be new to the pool.
INSERTING = ("documents", "headers", "unselected")
# A status that waited for its document keeps the task it came from.
_ORIGIN = ["batch_no text", "channel text"]


def listed(parts: Iterable[str], indent: int = 4) -> str:
    """The parts one below the other, with commas."""
    return f",\n{' ' * indent}".join(parts)


def named(name: str, sentence: str, statement: str) -> str:
    """A statement as fapiao.queries finds it."""
    return f"-- name: {name}\n-- {sentence}\n{statement};\n"


def staging(target: str) -> Iterator[str]:
    """The statements before the merge itself."""
    fields = load_fields()
    offered = fields.of_target(target)
    yield _stage(target, offered)
    yield from (_copy(kind) for kind in fields.kinds.values() if kind.target == target)
    yield _one_name(target)
    yield _rename(target)
    yield _totals(target, offered)
    yield _missing(target)
    yield from _repeats(target, offered)
    yield _confirmed_later(target)
    if target in INSERTING:
        yield _mostly_new(target)


def _stage(target: str, offered: tuple[Field, ...]) -> str:
    columns = ["document_key text", "observed_at timestamptz"]
    columns += ["status_default text"] if target == "documents" else []
    columns += [f"{column.name} {column.type}" for column in offered]
    columns += [f"{group}_seen_at timestamptz" for group in seen_groups(offered)]
    columns += _ORIGIN if target == "status" else []
    sentence = "Wide, nullable staging of this session, empty."
    return named(
        "stage",
        sentence,
        f"""{RENDERED}CREATE TEMP TABLE IF NOT EXISTS staged_{target} (
    {listed(columns)}
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_touched (
    action text,
    document_key text,
    lines_changed boolean,
    adds_up boolean,
    owner_is_party boolean
) ON COMMIT DELETE ROWS;
TRUNCATE staged_{target}, staged_touched""",
    )


def seen_groups(offered: tuple[Field, ...]) -> list[str]:
    """The observed groups that a target offers columns of."""
    return [group for group in OBSERVED_GROUPS if any(column.group == group for column in offered)]


def _copy(kind: Kind) -> str:
    columns = fill(", ".join(staged_columns(kind.name)), 116, initial_indent="    ", subsequent_indent="    ")
    sentence = f"The rows of one package: {kind.text}."
    return named(f"copy_{kind.name}", sentence, f"COPY staged_{kind.target} (\n{columns}\n) FROM STDIN")


def _one_name(target: str) -> str:
    """数电 on paper has two names; a staging that names both tells what the pool does not know yet.

    Single documents are looked up by their key alone (`|| ''`): without statistics the planner walks the company's.
    Each source of names meets the staged keys by itself, since most name nothing that was staged.
    """
    here = "{0}.direction || '' = %(direction)s AND {0}.taxpayer_no || '' = %(taxpayer_no)s"
    owner = "d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s"
    new = target in INSERTING
    names = ", etax_invoice_no AS digital, invoice_code || '-' || invoice_no AS paper" if new else ""
    both = f"""named AS MATERIALIZED (
    SELECT DISTINCT digital, paper FROM staged WHERE digital IS NOT NULL AND paper IS NOT NULL
), by_paper AS MATERIALIZED (
    SELECT n.digital, n.paper
    FROM named AS n JOIN pool.document AS d ON d.document_key = n.paper AND {here.format("d")}
    WHERE coalesce(d.etax_invoice_no, n.digital) = n.digital
        AND NOT EXISTS (SELECT FROM pool.document AS o WHERE {here.format("o")} AND o.document_key = n.digital)
), """
    told = """
    UNION SELECT n.digital, n.paper FROM staged AS s JOIN by_paper AS n ON n.digital = s.document_key
    UNION SELECT n.paper, n.digital FROM staged AS s JOIN named AS n ON n.paper = s.document_key
    WHERE NOT EXISTS (SELECT FROM by_paper AS b WHERE b.paper = n.paper AND b.digital = n.digital)"""
    return named(
        "one_name",
        "What is staged under another name than the key that the pool has or will have for it (protocols §10.6).",
        f"""WITH staged AS MATERIALIZED (
    SELECT document_key, document_key LIKE '%%-%%' AS is_paper{names} FROM staged_{target}
), {both if new else ""}meant AS MATERIALIZED (
    SELECT d.etax_invoice_no AS said, d.document_key AS kept
    FROM pool.document AS d JOIN staged AS s ON s.document_key = d.etax_invoice_no
    WHERE {owner} AND d.etax_invoice_no IS NOT NULL AND d.invoice_code IS NOT NULL
        AND d.etax_invoice_no <> d.document_key
    UNION SELECT d.invoice_code || '-' || d.invoice_no, d.document_key
    FROM pool.document AS d JOIN staged AS s ON s.is_paper AND s.document_key = d.invoice_code || '-' || d.invoice_no
    WHERE {owner} AND d.etax_invoice_no IS NOT NULL AND d.invoice_code || '-' || d.invoice_no <> d.document_key
        AND EXISTS (SELECT FROM staged WHERE is_paper){told if new else ""}
)
SELECT said, kept FROM meant AS m
WHERE NOT EXISTS (SELECT FROM pool.document AS d WHERE {here.format("d")} AND d.document_key = m.said)""",
    )


def _rename(target: str) -> str:
    return named(
        "rename",
        "Call what is staged by its key.",
        f"""UPDATE staged_{target} AS s
SET document_key = m.kept
FROM unnest(%(said)s::text[], %(kept)s::text[]) AS m (said, kept)
WHERE m.said = s.document_key""",
    )


def _totals(target: str, offered: tuple[Field, ...]) -> str:
    names = {column.name for column in offered}
    sums = "coalesce(sum(amount), 0), coalesce(sum(tax_amount), 0)" if "amount" in names else "0::numeric, 0::numeric"
    return named(
        "totals",
        "Rows, distinct documents, stated statuses, and the sums.",
        f"SELECT count(*), count(DISTINCT document_key), count(status), {sums}\nFROM staged_{target}",
    )


def _missing(target: str) -> str:
    return named(
        "missing",
        "Note the staged documents that the pool does not hold, as ignored.",
        f"{left_out('NOT_IN_POOL', 's.document_key')}\nFROM staged_{target} AS s\n"
        f"WHERE NOT EXISTS (\n    SELECT FROM pool.document AS d WHERE {MATCH}\n)",
    )


def _repeats(target: str, offered: tuple[Field, ...]) -> Iterator[str]:
    names = [column.name for column in offered]
    own_dates = [name for name in OWN_DATES.values() if name in names]
    compared = [name for name in names if name not in own_dates]
    repeated = f"SELECT document_key FROM staged_{target} GROUP BY document_key HAVING count(*) > 1"
    newest = ", ".join([*(f"{name} DESC NULLS LAST" for name in own_dates), "observed_at DESC", "ctid DESC"])
    yield named(
        "duplicates",
        "Keys that came more than once under the same 归集日期 or 变更日期: word for word equal, or not.",
        f"""SELECT count(*) FILTER (WHERE versions = 1) AS identical,
    count(*) FILTER (WHERE versions > 1) AS differing,
    coalesce((array_agg(document_key ORDER BY versions DESC, document_key))[1:5], '{{}}') AS sample
FROM (
    SELECT document_key, count(DISTINCT hash_record_extended((
        {listed(compared, 8)}
    ), 0)) AS versions
    FROM staged_{target}
    WHERE document_key IN ({repeated})
    GROUP BY {", ".join(["document_key", *own_dates])}
    HAVING count(*) > 1
) AS repeated""",
    )
    yield named(
        "forget_repeats",
        "Keep the newest row of every key; what goes is noted and counted as ignored.",
        f"""WITH newest_first AS (
    SELECT ctid AS place,
        row_number() OVER (PARTITION BY document_key ORDER BY {newest}) AS place_no
    FROM staged_{target}
    WHERE document_key IN ({repeated})
), gone AS (
    DELETE FROM staged_{target} USING newest_first WHERE staged_{target}.ctid = place AND place_no > 1
    RETURNING document_key, jsonb_strip_nulls(to_jsonb(staged_{target})) AS row_values
)
{left_out("REPEATED", "document_key", "row_values")}
FROM gone""",
    )


def left_out(code: str, key: str, row_values: str = "'{}'::jsonb") -> str:
    """The head of a statement that notes rows as ignored, each with its reason; `FROM` follows."""
    return f"""INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, {key}, 'ignored', '{code}', %(reason)s, {row_values}"""


def _confirmed_later(target: str) -> str:
    groups = seen_groups(load_fields().of_target(target))
    sets = [f"{group}_seen_at = later.{group}_seen_at" for group in groups]
    seen = [
        f"max(g.observed_at) FILTER (WHERE '{group}' = ANY (g.observed_groups)) AS {group}_seen_at" for group in groups
    ]
    return named(
        "confirmed_later",
        "Mark what a reply that is already merged saw later, though it changed nothing.",
        f"""UPDATE staged_{target} AS s
SET {listed(sets)}
FROM (
    SELECT document_key,
        {listed(seen, 8)}
    FROM pool.sighting AS g CROSS JOIN LATERAL unnest(g.document_keys) AS document_key
    WHERE g.taxpayer_no = %(taxpayer_no)s AND g.direction = %(direction)s
        AND g.observed_at > (SELECT min(observed_at) FROM unnest(%(observed)s::timestamptz[]) AS observed_at)
    GROUP BY document_key
) AS later
WHERE later.document_key = s.document_key""",
    )


def _mostly_new(target: str) -> str:
    return named(
        "mostly_new",
        "Whether most of a sample of what is staged is new to the pool; few rows need no sample and are none.",
        f"""SELECT coalesce(avg((d.document_key IS NULL)::integer) > 0.5, false)
FROM staged_{target} AS s TABLESAMPLE SYSTEM (3) REPEATABLE (1)
LEFT JOIN pool.document AS d ON {MATCH}""",
    )
