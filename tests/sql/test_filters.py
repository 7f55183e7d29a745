"""The filters of the log and of exports are one function each, and Postgres reads through them to the indexes."""

from datetime import date
from typing import Any

import psycopg
import pytest

from fapiao.queries import query
from hooks.exports.rows import FILTERS

Pool = psycopg.Connection[Any]
NOTHING = dict.fromkeys(
    [
        "batches",
        "parent",
        "taxpayer",
        "name",
        "org",
        "organisations",
        "channel",
        "direction",
        "download_type",
        "sync_type",
        "document",
        "invoice_type",
        "status",
        "module",
        "dag",
        "error",
        "voided",
        "window_from",
        "window_to",
        "created_from",
        "created_to",
    ]
) | {"limit": 50}


def plan(pool: Pool, file: str, name: str, **values: object) -> str:
    """How Postgres would answer a statement, with every index worth it."""
    pool.execute("SET LOCAL enable_seqscan = off")
    usual = NOTHING if file == "log" else dict.fromkeys(FILTERS)
    return "\n".join(line for (line,) in pool.execute("EXPLAIN " + query(file, name), usual | values))


@pytest.mark.parametrize("name", ["rows", "counts"])
def test_the_log_of_one_planning_is_found_by_index(untouched: Pool, name: str):
    found = plan(untouched, "log", name, batches=["P"])
    assert "task_batch_no_key" in found
    assert "task_by_parent" in found
    assert "Function Scan" not in found


def test_a_filter_that_was_not_given_is_not_there(untouched: Pool):
    found = plan(untouched, "log", "rows")
    assert " Filter: " not in found.replace("Join Filter", "")
    assert "task_batch_no_key" in found


@pytest.mark.parametrize("name", ["invoices", "lines"])
def test_the_invoices_of_a_company_and_a_month_are_found_by_index(untouched: Pool, name: str):
    month = date(2027, 3, 1)
    found = plan(untouched, "exports", name, taxpayers=["T"], direction="input", month_from=month, month_to=month)
    assert "document_of_month" in found or "document_pkey" in found
    assert "Function Scan" not in found


@pytest.mark.parametrize(("file", "name"), [("log", "counts"), ("exports", "lines")])
def test_neither_stands_in_the_way_of_several_processes(untouched: Pool, file: str, name: str):
    untouched.execute("SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0")
    untouched.execute("SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL min_parallel_index_scan_size = 0")
    assert "Parallel" in plan(untouched, file, name)


def test_what_was_left_out_is_read_newest_first_by_index(untouched: Pool):
    untouched.execute("SET LOCAL enable_sort = off")
    assert "Index Scan Backward using skip_pkey" in plan(untouched, "log", "skips", taxpayer="T")


def test_the_changes_of_a_company_beside_documents_are_found_by_the_index_of_entries(untouched: Pool):
    assert "change_of_business" in plan(untouched, "log", "administration", taxpayer="T")


def test_the_quota_of_a_company_is_found_by_index(untouched: Pool):
    assert "quota_slot_used" in plan(untouched, "log", "quota_board", taxpayer="T")
