"""Imports that were there before the one list of history stand in it, with their retries and without a channel."""

import shutil
from pathlib import Path

import psycopg
import pytest

from fapiao.paths import SQL
from hooks.pool.migrations import migrate
from task_rows import put

NAME = "0019_one_history.sql"
FILE = {"job": "bureau_file", "window_start": None, "window_end": None, "channel": "etax", "counter": None}


@pytest.mark.finding("F17")
@pytest.mark.req("R242", "R251")
def test_imports_of_before_are_listed_by_their_first_number(empty_url: str, tmp_path: Path) -> None:
    for file in sorted((SQL / "schema").glob("*.sql")):
        if file.name < NAME:
            shutil.copy(file, tmp_path)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        migrate(connection, tmp_path)
        first = put(connection, "download_failed", batch_no="FIRST", **FILE)
        put(connection, "pending", batch_no="AGAIN", retry_of=first, **FILE)
        put(connection, "succeeded", batch_no="OTHER", document="customs", invoice_type="21,customs", **FILE)
        events = connection.execute("SELECT count(*) FROM sync.task_event").fetchone()
        shutil.copy(SQL / "schema" / NAME, tmp_path)
        assert migrate(connection, tmp_path) == [NAME.removesuffix(".sql")]
        listed = connection.execute(
            "SELECT batch_no, status, subtasks, invoice_types, channel FROM fapiao.history_task ORDER BY batch_no"
        ).fetchall()
        channels = connection.execute("SELECT DISTINCT channel FROM sync.task").fetchall()
        assert connection.execute("SELECT count(*) FROM sync.task_event").fetchone() == events
    assert listed == [("FIRST", "waiting", 1, ["81"], None), ("OTHER", "succeeded", 1, ["21", "customs"], None)]
    assert channels == [(None,)]
