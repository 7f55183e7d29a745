"""执行状态 of a history task follows from its subtasks by A-41, for files and downloads alike."""

import psycopg
import pytest

from task_rows import OWNER, put

WHAT = [
    pytest.param([("pending", {})] * 2, "待同步", marks=pytest.mark.req("R244")),
    pytest.param([("downloading", {"job": "bureau_file"}), ("pending", {})], "数据预处理中", marks=pytest.mark.req("R245")),
    pytest.param([("downloading", {}), ("pending", {})], "同步中", marks=pytest.mark.req("R245", "R246")),
    pytest.param([("succeeded", {}), ("pending", {})], "同步中", marks=pytest.mark.req("R246")),
    pytest.param([("succeeded", {}), ("no_data", {})], "全部执行成功", marks=pytest.mark.req("R248", "A-41")),
    pytest.param([("succeeded", {}), ("download_failed", {})], "部分执行成功", marks=pytest.mark.req("R247", "A-41")),
    pytest.param([("download_failed", {}), ("apply_failed", {})], "全部执行失败", marks=pytest.mark.req("R249", "A-41")),
    pytest.param([("succeeded", {"downloaded_count": 1, "failed_count": 1})], "全部执行失败", marks=pytest.mark.req("R249")),
    pytest.param([("succeeded", {"downloaded_count": 2, "inserted_count": 1, "failed_count": 1})], "部分执行成功",
                 marks=pytest.mark.req("R247", "A-41")),
]  # fmt: skip
TERMINATED = {"void_state": "terminated", "voided_by": "x", "voided_at": "2027-06-10", "void_reason": "x"}


def status(pool: psycopg.Connection) -> str:
    """The label of the one history task."""
    (found,) = pool.execute("SELECT status_label FROM fapiao.history_task").fetchall()
    return str(found[0])


@pytest.mark.parametrize(("subtasks", "label"), WHAT)
def test_the_label_is_that_of_the_manual(untouched: psycopg.Connection, subtasks: list, label: str) -> None:
    for number, (state, values) in enumerate(subtasks):
        put(untouched, state, **{"job": "history_sync", "invoice_type": f"{number:02}"} | values)
    assert status(untouched) == label


@pytest.mark.req("R256", "A-41")
def test_an_aborted_subtask_is_no_success(untouched: psycopg.Connection) -> None:
    put(untouched, "succeeded", job="history_sync")
    put(untouched, "pending", job="history_sync", **TERMINATED)
    assert status(untouched) == "部分执行成功"


@pytest.mark.req("R257")
def test_a_retry_stands_for_the_task_that_it_repeats(untouched: psycopg.Connection) -> None:
    failed = put(untouched, "download_failed", job="history_sync")
    put(untouched, "succeeded", job="history_sync", retry_of=failed)
    assert status(untouched) == "全部执行成功"


@pytest.mark.req("R242")
def test_two_tax_numbers_of_one_submission_are_two_rows(untouched: psycopg.Connection) -> None:
    for number in (OWNER, "91310000MA1EXAMPBB"):
        put(untouched, job="history_sync", taxpayer_no=number)
    assert untouched.execute("SELECT count(*) FROM fapiao.history_task").fetchone() == (2,)


def test_other_tasks_are_no_history_tasks(untouched: psycopg.Connection) -> None:
    put(untouched, job="current_month")
    assert untouched.execute("SELECT * FROM fapiao.history_task").fetchall() == []


def test_an_import_proves_no_month(untouched: psycopg.Connection) -> None:
    put(untouched, "succeeded", job="bureau_file", window_start=None, window_end=None)
    assert untouched.execute("SELECT * FROM fapiao.month_completeness").fetchall() == []


@pytest.mark.req("R283")
def test_equal_imports_may_wait_side_by_side_and_equal_downloads_may_not(untouched: psycopg.Connection) -> None:
    for _ in range(2):
        put(untouched, job="bureau_file", window_start=None, window_end=None)
    put(untouched)
    with pytest.raises(psycopg.errors.UniqueViolation, match="task_single_flight"):
        put(untouched)
