"""The statuses of an import task are counted, never stored; the originals that 红冲 lacks are found."""

from datetime import date
from typing import Any

import psycopg
import pytest

from pool_rows import KEY, OWNER, context, digital, merge
from task_rows import batch, put

Pool = psycopg.Connection[Any]
GOOD, EMPTY, BAD, OPEN = "succeeded", "no_data", "download_failed", "pending"


@pytest.fixture
def history(pool: Pool) -> str:
    """An import task without subtasks."""
    pool.execute(
        "INSERT INTO sync.history_batch (batch_no, parent_batch_no, taxpayer_no, taxpayer_name, data_type, channel,"
        " invoice_types, first_month, last_month, created_by)"
        " VALUES ('H', %s, 'T', '示例', 'details', 'leqi', '{81}', '2027-01-01', '2027-02-01', 'test')",
        [batch(pool)],
    )
    return "H"


def subtask(pool: Pool, status: str, month: int = 1, **values: Any) -> int:
    """One row of the import task; a stopped one says `void`."""
    if values.pop("void", False):
        values |= {"void_state": "terminated", "voided_by": "x", "voided_at": date(2027, 3, 1), "void_reason": "x"}
    window = {"window_start": date(2027, month, 1), "window_end": date(2027, month, 28)}
    return put(pool, status, history_batch_no="H", **window | values)


def label(pool: Pool) -> str:
    """执行状态 of the import task."""
    found = pool.execute("SELECT status_label FROM fapiao.history_batch").fetchone()
    assert found
    return str(found[0])


@pytest.mark.req("R244", "R246", "R247", "R248", "R249", "A-41")
@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([OPEN, OPEN], "待同步"),
        ([OPEN, BAD], "待同步"),
        ([OPEN, GOOD], "同步中"),
        (["downloading", OPEN], "同步中"),
        (["downloaded"], "同步中"),
        ([GOOD, BAD], "部分执行成功"),
        ([EMPTY, BAD, BAD], "部分执行成功"),
        ([GOOD, GOOD], "全部执行成功"),
        ([GOOD, EMPTY], "全部执行成功"),
        ([EMPTY], "全部执行成功"),
        ([BAD, "apply_failed"], "全部执行失败"),
    ],
)
def test_the_status_follows_from_the_subtasks(pool: Pool, history: str, statuses: list[str], expected: str) -> None:
    for month, status in enumerate(statuses, start=1):
        subtask(pool, status, month)
    assert label(pool) == expected


@pytest.mark.req("R247", "R249", "R256", "A-41")
def test_a_terminated_subtask_is_no_success(pool: Pool, history: str) -> None:
    subtask(pool, OPEN, 1, void=True)
    assert label(pool) == "全部执行失败"
    subtask(pool, GOOD, 2)
    assert label(pool) == "部分执行成功"


@pytest.mark.req("R245")
def test_a_download_is_never_said_to_be_prepared(pool: Pool, history: str) -> None:
    subtask(pool, "downloading")
    subtask(pool, OPEN, 2)
    assert label(pool) == "同步中"


@pytest.mark.finding("F17")
@pytest.mark.req("R247", "R249", "R253", "A-41")
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"downloaded_count": 2, "inserted_count": 1, "failed_count": 1}, "部分执行成功"),
        ({"downloaded_count": 1, "failed_count": 1}, "全部执行失败"),
    ],
)
def test_documents_that_failed_are_counted_by_the_list_its_months_and_its_other_name_alike(
    pool: Pool, history: str, counts: dict[str, int], expected: str
) -> None:
    subtask(pool, GOOD, 1, **counts)
    for view in ("history_task", "history_batch", "history_subtask"):
        assert pool.execute(f"SELECT status_label FROM fapiao.{view}").fetchall() == [(expected,)]
    found = pool.execute("SELECT total_count, failed_count FROM fapiao.history_task").fetchone()
    assert found == (counts["downloaded_count"], 1)


@pytest.mark.req("R257")
def test_a_retried_subtask_is_represented_by_its_retry_unless_that_was_stopped(pool: Pool, history: str) -> None:
    first = subtask(pool, BAD)
    again = subtask(pool, GOOD, retry_of=first)
    assert label(pool) == "全部执行成功"
    pool.execute(
        "UPDATE sync.task SET void_state = 'terminated', voided_by = 'x', voided_at = now(), void_reason = 'x'"
        " WHERE task_id = %s",
        [again],
    )
    assert label(pool) == "全部执行失败"


@pytest.mark.req("R253")
def test_totals_are_sums_and_success_never_exceeds_them(pool: Pool, history: str) -> None:
    counts = {"downloaded_count": 5, "inserted_count": 3, "ignored_count": 2}
    subtask(pool, GOOD, 1, **counts)
    subtask(pool, GOOD, 2, **counts)
    found = pool.execute("SELECT total_count, succeeded_count, tasks FROM fapiao.history_batch").fetchone()
    assert found == (10, 6, 2)


@pytest.mark.req("R272", "R273")
def test_a_subtask_is_a_month_whatever_types_it_holds(pool: Pool, history: str) -> None:
    for kind, status in (("81", GOOD), ("82", BAD)):
        subtask(pool, status, 1, invoice_type=kind)
    subtask(pool, EMPTY, 2)
    found = pool.execute(
        "SELECT status_label, tasks, failed FROM fapiao.history_subtask ORDER BY issue_month"
    ).fetchall()
    assert found == [("部分执行成功", 2, 1), ("全部执行成功", 1, 0)]


@pytest.mark.req("R231")
def test_a_red_sales_invoice_without_its_original_in_the_pool_is_found(pool: Pool) -> None:
    mine = context(direction="output")
    red = digital(fphm="27442000000000000002", sflzfp="N", hjje="-100.00", kjhzfpdydlzfphm=KEY, xsfnsrsbh=OWNER)
    merge(pool, "digital", [red], mine)
    found = pool.execute(
        "SELECT taxpayer_no, red_document_key, document_key FROM fapiao.missing_blue_invoice"
    ).fetchall()
    assert found == [(OWNER, "27442000000000000002", KEY)]
    merge(pool, "digital", [digital(xsfnsrsbh=OWNER)], mine, "B2")
    assert pool.execute("SELECT count(*) FROM fapiao.missing_blue_invoice").fetchone() == (0,)
