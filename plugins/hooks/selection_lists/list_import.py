"""引入清单勾选 against the pool: the rows of a list looked up in one statement, and the result as a workbook."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from fapiao.queries import query
from fapiao.selection.list_rows import ListRow, list_rows
from fapiao.selection.list_verdicts import HEADINGS, ListVerdict, NamedDocument, verdict
from fapiao.tables.lines import Table
from hooks.exports.workbooks import write_table

Connection = psycopg.Connection[Any]
RESULT_SHEET = "引入结果"


def validate_list(
    connection: Connection, files: Sequence[list[Table]], allowed: Collection[str] | None = None
) -> list[ListVerdict]:
    """A verdict on every row, in the order of the files (fapiao.tables.reading.read_tables); nothing is changed.

    `allowed` are the 核算组织 that whoever imports may select for, None all of them (R150). Raises BadInput where a
    file is no list.
    """
    rows = list_rows(files)
    documents = _documents(connection, rows)
    return [verdict(row, documents[number], allowed) for number, row in enumerate(rows)]


def write_result(file: Path, verdicts: Sequence[ListVerdict]) -> int:
    """查看引入结果: a line per row with 任务处理状态 and every reason (R195). Raises Unusable when the disk refuses."""
    return write_table(file, RESULT_SHEET, HEADINGS, (one.cells() for one in verdicts), total=len(verdicts))


def _documents(connection: Connection, rows: Sequence[ListRow]) -> dict[int, list[NamedDocument]]:
    named = [
        {
            "row_no": number,
            "taxpayer_no": row.taxpayer_no,
            "customs_no": row.customs_no,
            "invoice_code": row.invoice_code,
            "invoice_no": row.invoice_no,
        }
        for number, row in enumerate(rows)
        if row.number
    ]
    found: dict[int, list[NamedDocument]] = defaultdict(list)
    with connection.cursor(row_factory=class_row(NamedDocument)) as cursor:
        for document in cursor.execute(query("selection_import", "found"), {"rows": Jsonb(named)}):
            found[document.row_no].append(document)
    return found
