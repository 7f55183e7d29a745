"""What an import is, and is not: no proof of a month, no flight that another must wait for, no channel."""

import psycopg
import pytest

from task_rows import put

FILE = {"job": "bureau_file", "window_start": None, "window_end": None, "channel": None}


def test_other_tasks_are_no_history_tasks(untouched: psycopg.Connection) -> None:
    put(untouched, job="current_month")
    assert untouched.execute("SELECT * FROM fapiao.history_task").fetchall() == []


def test_an_import_proves_no_month(untouched: psycopg.Connection) -> None:
    put(untouched, "succeeded", **FILE)
    assert untouched.execute("SELECT * FROM fapiao.month_completeness").fetchall() == []


@pytest.mark.req("R283")
def test_equal_imports_may_wait_side_by_side_and_equal_downloads_may_not(untouched: psycopg.Connection) -> None:
    for _ in range(2):
        put(untouched, **FILE)
    put(untouched)
    with pytest.raises(psycopg.errors.UniqueViolation, match="task_single_flight"):
        put(untouched)


@pytest.mark.finding("F17")
@pytest.mark.req("R251")
def test_only_a_file_has_no_channel(untouched: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="download_has_a_channel"):
        put(untouched, channel=None)
