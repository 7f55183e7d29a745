"""Planning 10,000 taxpayers × 20 types: one statement, and planning the same day again."""

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg

from fapiao.rules.book import rulebook
from fapiao.tasks import RunDay
from operators.downloads.plan import plan_day

Row = tuple[str, str]
TAXPAYERS = 10_000
_FILL = """
WITH organisation AS (
    INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('BENCH', 'BENCH') RETURNING org_code
), taxpayer AS (
    INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, leqi_id, leqi_authorised_on)
    SELECT '9131' || lpad(n::text, 14, '0'), 'company ' || n, org_code, 'leqi', 'SYDW' || n, '2020-01-01'
    FROM organisation, generate_series(1, %(taxpayers)s) AS n RETURNING taxpayer_no
), scheme AS (
    INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date)
    VALUES ('bench', '{output_full}', %(types)s, '2020-01-01') RETURNING scheme_id
)
INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, taxpayer_no FROM scheme, taxpayer
"""


def planning(connection: psycopg.Connection[Any], taxpayers: int = TAXPAYERS) -> Iterator[Row]:
    """Seconds for a day's plan of every 票种, and for the same plan again."""
    types = [kind.code for kind in rulebook().invoice_types.values()]
    with connection.transaction():
        connection.execute(_FILL, {"taxpayers": taxpayers, "types": types})
    connection.execute("ANALYZE enterprise.taxpayer, enterprise.scheme_taxpayer")
    run = RunDay("leqi__history_output", "bench", date(2027, 3, 2), "2027-03-02", explicit=True)
    for name in ("plan", "plan the same day again"):
        start = time.perf_counter()
        planned = plan_day(connection, run, "leqi", "history_output")
        seconds = time.perf_counter() - start
        yield f"{name}: {taxpayers:,} taxpayers", f"{planned.planned:,} rows planned in {seconds:.2f} s"


def claiming(connection: psycopg.Connection[Any], claims: int = 50) -> Iterator[Row]:
    """Milliseconds a claim of 32 rows takes on the table that planning has filled, for a DAG and for the sweep."""
    from hooks.queues.tasks import TaskTable

    table = TaskTable(connection)
    waiting = connection.execute("SELECT count(*) FROM sync.task WHERE status = 'pending'").fetchone()
    for name, dag_id in (("a DAG", "leqi__history_output"), ("the sweep", None)):
        times = []
        for number in range(claims):
            start = time.perf_counter()
            table.claim("leqi", ["pending"], f"{name} {number}", date(2027, 3, 2), 32, dag_id)
            times.append(time.perf_counter() - start)
        each = sorted(times)[claims // 2] * 1000
        yield f"claim of 32 among {waiting[0] if waiting else 0:,} waiting rows, {name}", f"{each:.1f} ms"
