"""Imports in 历史发票数据同步: a retry reads the kept file again, and a person stops one at any instant."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from psycopg.rows import dict_row

from bureau_workbooks import KEY, NOON, OWNER, bring_in, company, export, header, importing, line
from fapiao.errors import BadInput, MergeError, Unusable
from hooks.exports.rows import FILTERS, export_invoices
from hooks.files.store import FolderStore
from hooks.pool.merge import StagedMerge
from hooks.queues.imports import Imports, files_of_import, verdict_rows
from hooks.queues.tasks import TaskTable
from operators.downloads.actions import poll_now, retry
from operators.history import batches as history_batches
from operators.history.batches import stop
from operators.imports import tasks as import_files
from operators.imports.tasks import work

Pool = psycopg.Connection[Any]
SECOND = "27312000000000000002"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


@pytest.fixture(params=["leqi", "etax"])
def company_pool(pool: Pool, request: pytest.FixtureRequest) -> Pool:
    company(pool, channel=request.param)
    return pool


def rows(pool: Pool, statement: str) -> list[dict[str, Any]]:
    with pool.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement).fetchall()


def tasks(pool: Pool) -> list[dict[str, Any]]:
    return rows(pool, "SELECT * FROM fapiao.sync_log ORDER BY batch_no")


def refuse(*_: object) -> None:
    raise MergeError("a check did not hold")


@pytest.mark.finding("F17")
@pytest.mark.req("R257", "R251")
def test_a_retry_by_the_log_reads_the_kept_file_again_whatever_the_channel(
    company_pool: Pool, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = export(tmp_path, [header()], [line()])
    with monkeypatch.context() as broken:
        broken.setattr(StagedMerge, "_check", refuse)
        (failed,) = bring_in(company_pool, store, file).batches
    file.unlink()
    (done,) = retry(company_pool, "li", [failed])
    assert done.new_batch_no is not None
    with pytest.raises(BadInput, match="已重试过"):
        retry(company_pool, "li", [failed])
    assert work(importing(company_pool, store)) == 1
    _, again = tasks(company_pool)
    assert (again["batch_no"], again["status"], again["inserted_count"]) == (done.new_batch_no, "succeeded", 1)
    assert (again["channel"], again["created_by"], again["retry_of_batch_no"]) == (None, "li", failed)
    assert {row[7] for row in verdict_rows(company_pool, [done.new_batch_no]) if row[6]} == {"新增"}
    (listed,) = rows(company_pool, "SELECT * FROM fapiao.history_task")
    assert (listed["batch_no"], listed["status_label"], listed["total_count"]) == (failed, "全部执行成功", 1)


@pytest.mark.finding("F17")
@pytest.mark.req("R257", "R253", "A-41")
def test_a_retry_of_the_list_reads_a_file_of_which_a_row_failed_and_says_so_again(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    bad = header(数电发票号码=SECOND, 金额="一百")
    (batch,) = bring_in(company_pool, store, export(tmp_path, [header(), bad])).batches
    (fresh,) = history_batches.retry(company_pool, "li", [batch], NOON.date())
    assert work(importing(company_pool, store)) == 1
    _, again = tasks(company_pool)
    assert (again["batch_no"], again["unchanged_count"], again["failed_count"]) == (fresh, 1, 1)
    (listed,) = rows(company_pool, "SELECT * FROM fapiao.history_task")
    assert (listed["status_label"], listed["total_count"], listed["failed_count"]) == ("部分执行成功", 2, 1)
    whole = bring_in(company_pool, store, export(tmp_path / "good.xlsx", [header()])).batches
    with pytest.raises(BadInput, match="nothing to retry"):
        history_batches.retry(company_pool, "li", whole, NOON.date())


@pytest.mark.finding("F17")
@pytest.mark.req("R253", "R257")
def test_a_retry_that_comes_to_nothing_leaves_the_counts_of_the_reading_before_it(
    company_pool: Pool, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = header(数电发票号码=SECOND, 金额="一百")
    (batch,) = bring_in(company_pool, store, export(tmp_path, [header(), bad])).batches
    history_batches.retry(company_pool, "li", [batch], NOON.date())
    with monkeypatch.context() as broken:
        broken.setattr(StagedMerge, "_check", refuse)
        assert work(importing(company_pool, store)) == 1
    first, failed = history_batches.rows(company_pool, batch)
    assert (first["succeeded_count"], failed["status"], failed["downloaded_count"]) == (1, "download_failed", 0)
    (listed,) = history_batches.list_batches(company_pool, "li", [batch])
    assert (listed["status_label"], listed["total_count"], listed["succeeded_count"]) == ("部分执行成功", 2, 1)
    (kept,) = files_of_import(company_pool, batch)
    assert (kept["rows"], kept["kept"], kept["rejected"]) == (3, 1, 1)  # with 合计, which is passed over
    history_batches.retry(company_pool, "li", [batch], NOON.date())
    assert work(importing(company_pool, store)) == 1
    assert [row["status"] for row in history_batches.rows(company_pool, batch)] == [
        "succeeded", "download_failed", "succeeded",
    ]  # fmt: skip
    assert [row["kept"] for row in files_of_import(company_pool, batch)] == [1]


def interrupted(place: Any, name: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `act` happen once, right before `place.name` is next called."""
    usual, left = getattr(place, name), [act]

    def acting(*given: Any, **named: Any) -> Any:
        while left:
            left.pop()()
        return usual(*given, **named)

    monkeypatch.setattr(place, name, acting)


@pytest.mark.finding("F17")
@pytest.mark.req("R256", "R245")
@pytest.mark.parametrize(
    ("place", "name"),
    [
        (import_files, "read_stored"),
        (import_files, "translated"),
        (Imports, "known_documents"),
        (StagedMerge, "merge"),
        (StagedMerge, "_check"),
        (Imports, "store_verdicts"),
        (TaskTable, "settle"),
    ],
)
def test_an_import_is_stopped_at_any_instant_and_its_worker_lets_go(
    pool: Pool,
    pool_url: str,
    store: FolderStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
) -> None:
    pool.autocommit = True
    company(pool)
    (batch,) = bring_in(pool, store, export(tmp_path, [header()], [line()]), work_it=False).batches
    bring_in(pool, store, export(tmp_path / "next.xlsx", [header(数电发票号码=SECOND)]), work_it=False)
    came_too_late = []

    def stopping() -> None:
        with psycopg.connect(pool_url, autocommit=True) as person:
            try:
                stop(person, "li", [batch], "误导入")
            except Unusable:  # who acts gives up with a sentence
                came_too_late.append(name)

    interrupted(place, name, stopping, monkeypatch)
    assert work(importing(pool, store)) == 2
    first, second = tasks(pool)
    assert second["status"] == "succeeded"
    if name == "settle":  # the worker has the last word only while it writes it
        assert (came_too_late, first["status"]) == ([name], "succeeded")
        return
    assert (came_too_late, first["void_state"], first["voided_by"]) == ([], "terminated", "li")
    assert rows(pool, "SELECT document_key FROM pool.document") == [{"document_key": SECOND}]
    assert list(verdict_rows(pool, [batch])) == []
    (told,) = Imports(pool).outcome([batch])
    assert (told["status_label"], told["error_message"]) == ("终止", "误导入")


@pytest.mark.req("R319", "R251")
def test_a_file_has_no_result_that_could_be_fetched(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    company(pool)
    (batch,) = bring_in(pool, store, export(tmp_path, [header()]), work_it=False).batches
    with pytest.raises(BadInput, match="导入的文件没有异步结果"):
        poll_now(pool, "li", [batch])


@pytest.mark.finding("F17")
@pytest.mark.req("R251")
def test_what_a_file_brings_names_no_channel_of_the_bureau(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    pool.autocommit = True
    company(pool)
    bring_in(pool, store, export(tmp_path, [header()], [line()]))
    bring_in(pool, store, export(tmp_path / "later.xlsx", [header(备注="合同 17 号")], [line()]))
    assert rows(pool, "SELECT DISTINCT channel FROM fapiao.invoice_change") == [{"channel": "bureau_file"}]
    assert rows(pool, "SELECT document_key, channel FROM pool.document") == [
        {"document_key": KEY, "channel": "bureau_file"}
    ]
    export_invoices(pool, tmp_path / "out.xlsx", dict.fromkeys(FILTERS))
    headings, row = load_workbook(tmp_path / "out.xlsx")["发票"].values
    assert dict(zip(headings, row, strict=True))["通道"] == "导入电子税局文件"
    assert rows(pool, f"SELECT channel FROM sync.task WHERE taxpayer_no = '{OWNER}' AND channel IS NOT NULL") == []
