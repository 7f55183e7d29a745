"""A pool with a million documents in it, a tenth of them the ones that the benchmark downloads again."""

from typing import Any

import psycopg

from bench.rows import TAXPAYER, staged_documents, staged_lines
from fapiao.payloads.staged import Staged
from fapiao.pool_columns.reading import load_fields
from fapiao.queries import query
from hooks.pool.merge import MergeContext, MergeCounts, StagedMerge

CONTEXT = MergeContext(batch_no="20270105090000000BENCH", channel="leqi", direction="input", taxpayer_no=TAXPAYER)
PACKAGE = 2_000
_VACUUMED = ("pool.document", "pool.line", "pool.change", "pool.sighting")


def merge(connection: psycopg.Connection[Any], documents: list[Any], lines: list[Any] | None = None) -> MergeCounts:
    """Load the rows in packages as they come from the bureau, and merge them."""
    stage = StagedMerge(connection, "documents", CONTEXT)
    per_package = len(lines) * PACKAGE // len(documents) if lines else 0
    for number, start in enumerate(range(0, len(documents), PACKAGE)):
        part = lines[number * per_package : (number + 1) * per_package] if lines else []
        stage.load(Staged("digital", "documents", documents[start : start + PACKAGE], part), reply_id=number)
    return stage.merge()


def fill(connection: psycopg.Connection[Any], rows: int, pool: int, *, with_lines: bool = False) -> None:
    """Merge `rows` documents of one taxpayer, then copy them to others until the pool holds `pool`."""
    lines = list(staged_lines(0, rows)) if with_lines else None
    merge(connection, list(staged_documents(0, rows)), lines)
    connection.commit()
    for other in range(1, max(1, pool // rows)):
        _copy_to_other("document", connection, other)
        if with_lines and other < 3:
            _copy_to_other("line", connection, other)
    tidy(connection)
    connection.execute("ANALYZE pool.document, pool.line")
    connection.commit()


def tidy(connection: psycopg.Connection[Any]) -> None:
    """Undo what was measured and let the next measurement find the pool as this one did."""
    connection.rollback()
    connection.autocommit = True
    connection.execute("VACUUM " + ", ".join(_VACUUMED))
    connection.autocommit = False


def _copy_to_other(table: str, connection: psycopg.Connection[Any], other: int) -> None:
    lines = load_fields().lines
    names = [line.name for line in lines] if table == "line" else [column.name for column in load_fields().columns]
    names = [*names, "direction", "taxpayer_no", "document_key", "line_no"] if table == "line" else names
    changed = {
        "taxpayer_no": f"'9131000000BENCH{other:03d}'",
        "document_key": f"overlay(document_key placing '{other:03d}' from 3)",
    }
    values = ", ".join(changed.get(name, name) for name in names)
    statement = (
        f"INSERT INTO pool.{table} ({', '.join(names)}) SELECT {values} FROM pool.{table} WHERE taxpayer_no = %s"  # noqa: S608
    )
    # as any writer of ours, which logs its changes itself: the pool's triggers log the edits of others
    connection.execute(query("merge/session", "lock_owner"), {"direction": CONTEXT.direction, "taxpayer_no": TAXPAYER})
    connection.execute(statement.encode(), [TAXPAYER])
    connection.commit()
