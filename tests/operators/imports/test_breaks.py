"""A file over which workers end stands aside, so that the files of its company behind it have their turn."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import KEY, NOON, OWNER, bring_in, company, export, header, importing, line
from hooks.files.store import FolderStore
from hooks.queues.imports import Imports
from operators.imports.tasks import work

Pool = psycopg.Connection[Any]


@pytest.mark.req("R283")
@pytest.mark.finding("F70")
@pytest.mark.parametrize(("deaths", "first"), [(2, "succeeded"), (3, "downloading")])
def test_a_task_that_ended_three_workers_rests_with_a_sentence_and_the_next_is_worked(
    pool: Pool, tmp_path: Path, deaths: int, first: str
) -> None:
    store = FolderStore(tmp_path / "files")
    company(pool)
    pool.commit()
    for number in ("1", "2"):
        named = {"数电发票号码": KEY[:-1] + number}
        bring_in(pool, store, export(tmp_path / f"{number}.xlsx", [header(**named)], [line(**named)]), work_it=False)
    for _ in range(deaths):  # taken, and the worker ends before anything else is written
        with pool.transaction():
            Imports(pool).take(OWNER, "a worker that ends", NOON)
    work(importing(pool, store))
    found = (
        pool.cursor(row_factory=dict_row)
        .execute("SELECT status, error_code, error_message FROM fapiao.sync_log ORDER BY batch_no")
        .fetchall()
    )
    assert [task["status"] for task in found] == [first, "succeeded"]
    assert (found[0]["error_code"] == "SET_ASIDE") == (first != "succeeded")
    assert ("任务已搁置" in (found[0]["error_message"] or "")) == (first != "succeeded")
