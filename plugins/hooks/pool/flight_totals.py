"""Works out totalTaxInclAmount of the flight tickets in the pool again, after its rule has changed (A-01)."""

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from fapiao.pool_columns.reading import load_fields
from fapiao.queries import queries


def recompute_flight_totals(connection: psycopg.Connection[Any], batch_no: str, at: datetime) -> int:
    """How many tickets changed; each leaves a change row under `batch_no`. `at` is an aware instant.

    Inside the caller's transaction, which then holds the lock of every company with flight tickets.
    """
    statements = queries("flight_totals")
    changed = 0
    for rule in load_fields().tax_bureau_totals:
        parameters = {
            "invoice_types": list(rule.invoice_types),
            "from_issue_date": rule.from_issue_date,
            "batch_no": batch_no,
            "at": at,
        }
        cursor = connection.cursor(row_factory=tuple_row)
        cursor.execute(statements["owners"], parameters)
        row = cursor.execute(statements["recompute"], parameters).fetchone()
        changed += row[0] if row else 0
    return changed
