"""A pool that was filled before the parts of a flight ticket had columns gets them from its lines."""

import shutil
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from fapiao.paths import SQL
from hooks.pool.migrations import migrate

NAME = "0008_gateway_rows.sql"
DOCUMENT = """INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, detail_level,
    first_collected_at, channel, batch_no) VALUES ('input', 'T', %s, 'invoice', %s, 'full', now(), 'leqi', 'B')"""
LINE = """INSERT INTO pool.line (direction, taxpayer_no, document_key, line_no, goods_name, amount)
    VALUES ('input', 'T', %s, %s, %s, %s)"""


@pytest.mark.req("A-01")
def test_the_parts_of_tickets_that_are_there_come_from_their_lines(empty_url: str, tmp_path: Path):
    for file in sorted((SQL / "schema").glob("*.sql")):
        if file.name < NAME:
            shutil.copy(file, tmp_path)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        migrate(connection, tmp_path)
        for key, kind in (("1", "61"), ("2", "81")):
            connection.execute(DOCUMENT, [key, kind])
            connection.execute(LINE, [key, 1, "*运输服务*票价", "480.00"])
            connection.execute(LINE, [key, 2, "民航发展基金", "50.00"])
        shutil.copy(SQL / "schema" / NAME, tmp_path)
        assert migrate(connection, tmp_path) == [NAME.removesuffix(".sql")]
        found = connection.execute(
            "SELECT document_key, fare, fuel_surcharge, development_fund, other_charges FROM fapiao.invoice ORDER BY 1"
        ).fetchall()
    assert found == [("1", Decimal("480.00"), None, Decimal("50.00"), None), ("2", None, None, None, None)]
