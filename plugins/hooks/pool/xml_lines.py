"""Lines out of layout files: an invoice that its channel delivered without lines gets those of its XML."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from fapiao.payloads.staged import Context, Staged
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import staged_columns
from fapiao.queries import queries, query

KIND = "gateway_full"
"""The vocabulary in which xml_invoice.read speaks."""


class Invoice(NamedTuple):
    """An invoice as its XML tells it, and the reply that named the file."""

    reply_id: int
    item: Mapping[str, object]


def complete_lines(
    connection: psycopg.Connection[Any], batch_no: str, channel: str, context: Context, invoices: Sequence[Invoice]
) -> int:
    """Writes the lines of invoices that the pool holds without any; how many invoices got lines.

    Only lines: a layout file says nothing of status, selection or verification, and what the channel said of the face
    stays. The line filter acts as on every path. In the caller's transaction, the company's lock held.
    """
    owner = {"direction": context.direction, "taxpayer_no": context.taxpayer_no}
    by_reply: dict[int, list[Mapping[str, object]]] = {}
    for invoice in invoices:
        by_reply.setdefault(invoice.reply_id, []).append(invoice.item)
    lines = queries("merge/lines")
    connection.execute(lines["stage"])
    prints: dict[str, str] = {}
    for reply_id, items in by_reply.items():
        staged = translate(KIND, items, context)
        _copy(connection, lines["copy"], staged.lines)
        whose = (batch_no, context.direction, context.taxpayer_no, reply_id)
        _copy(connection, queries("merge/session")["copy_dropped"], [(*whose, *astuple(one)) for one in staged.dropped])
        prints |= _fingerprints(staged)
    if not prints:
        return 0
    connection.execute(lines["insert_all"], owner)
    values = {"batch_no": batch_no, "channel": channel, "observed_at": context.observed_at, "prints": Jsonb(prints)}
    marked = connection.execute(query("files", "mark_lines"), owner | values).rowcount
    if connection.execute(queries("merge/session")["lines_arrived"], owner).rowcount:
        connection.execute(queries("merge/session")["headers_complete"], owner)
    return marked


def _copy(connection: psycopg.Connection[Any], statement: Any, rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _fingerprints(staged: Staged) -> dict[str, str]:
    """lines_hash by document, of those that have lines."""
    columns = staged_columns(staged.kind)
    key, fingerprint = columns.index("document_key"), columns.index("lines_hash")
    return {str(row[key]): str(row[fingerprint]) for row in staged.documents if row[fingerprint] is not None}
