"""The list of 海关缴款书 in the pool: pages, totals, and all of it as a workbook."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row, tuple_row

from fapiao.exports.columns import plan
from fapiao.queries import query
from fapiao.selection.listing import Listed, ListFilter, ListPage, Order, PageKey, Totals
from hooks.exports.rows import export_rows
from hooks.exports.workbooks import Progress

Connection = psycopg.Connection[Any]


def list_page(
    connection: Connection, wanted: ListFilter, after: PageKey | None = None, limit: int = 200, order: Order = "newest"
) -> ListPage:
    """The rows behind `after` (None: from the start), at most `limit` of them."""
    day, taxpayer_no, customs_no = after or (None, None, None)
    place = {"after_day": day, "after_taxpayer": taxpayer_no, "after_key": customs_no, "limit": limit}
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        rows = cursor.execute(_around_rows(order), wanted.values() | place).fetchall()
    return ListPage(rows, rows[-1].place if len(rows) == limit else None)


def owners(
    connection: Connection, document_keys: Sequence[str], taxpayers: Sequence[str]
) -> list[tuple[str, str, str | None]]:
    """(number, tax number, 核算组织) of input papers of any kind; `taxpayers` none: of every company."""
    if not document_keys:
        return []
    values = {"document_keys": [*document_keys], "taxpayers": [*taxpayers] or None}
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query("selection_list", "owners"), values).fetchall()


def list_totals(connection: Connection, wanted: ListFilter) -> Totals:
    """Count and 税款金额 of the whole filter."""
    with connection.cursor(row_factory=class_row(Totals)) as cursor:
        (found,) = cursor.execute(_around_rows("totals"), wanted.values()).fetchall()
    return found


def export_list(connection: Connection, file: Path, wanted: ListFilter, progress: Progress | None = None) -> int:
    """导出发票: the whole filter as one sheet, long numbers as text; returns the number of rows (R172).

    The connection must not be in a transaction yet. Raises Unusable when the file cannot be written.
    """
    statement = query("selection_list", "rows")
    return export_rows(connection, file, [(plan("selection"), statement)], wanted.values(), progress)


def _around_rows(name: str) -> sql.Composed:
    """A statement that looks at the rows of the filter."""
    rows = sql.SQL(query("selection_list", "rows").rstrip(";"))
    return sql.SQL(query("selection_list", name)).format(rows=rows)
