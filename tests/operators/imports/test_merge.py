"""A long file is merged step by step while the next is translated: it makes no difference, and is one transaction."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_workbooks import bring_in, company, export, header, line
from fapiao.errors import MergeError
from hooks.files.store import FolderStore
from hooks.pool.merge import StagedMerge
from operators.imports import merge as import_merge

Pool = psycopg.Connection[Any]
DOCUMENTS = 7
COUNTED = (
    "SELECT downloaded_count, inserted_count, updated_count, unchanged_count, failed_count, amount_sum, status FROM"
)
HELD = (
    "SELECT document_key, amount, lines_hash, verify_source FROM pool.document ORDER BY 1",
    "SELECT document_key, line_no, goods_name, amount, tax_rate FROM pool.line ORDER BY 1, 2",
    "SELECT sheet, row_no, document_key, verdict, sentence FROM sync.import_verdict ORDER BY 1, 2",
    f"{COUNTED} fapiao.sync_log",
)


@pytest.fixture(params=[2, 3, import_merge._TOGETHER])
def together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many documents make a step."""
    monkeypatch.setattr(import_merge, "_TOGETHER", request.param)
    return int(request.param)


def file(folder: Path, name: str = "全量发票查询导出结果.xlsx", **changed: str) -> Path:
    numbers = [f"2731200000000000000{place}" for place in range(DOCUMENTS)]
    headers = [header(数电发票号码=number) for number in numbers] + [header(数电发票号码=numbers[0])]
    headers[3] |= changed
    return export(folder, headers, [line(数电发票号码=number) for number in numbers], name)


def held(pool: Pool) -> list[list[Any]]:
    return [pool.execute(statement).fetchall() for statement in HELD]


def test_the_steps_leave_what_one_step_leaves(pool: Pool, tmp_path: Path, together: int) -> None:
    company(pool)
    bring_in(pool, FolderStore(tmp_path / "store"), file(tmp_path))
    documents, lines, verdicts, ((*counts, status),) = held(pool)
    assert (len(documents), len(lines)) == (DOCUMENTS, DOCUMENTS)
    assert [str(count) for count in counts] == ["7", "7", "0", "0", "0", "700.00"]
    assert status == "succeeded"
    told = [verdict for *_, verdict, _ in verdicts]
    assert (told.count("inserted"), told.count("skipped")) == (2 * DOCUMENTS, 2)
    replies = pool.execute("SELECT part_no, row_count FROM sync.reply ORDER BY 1").fetchall()
    assert [count for _, count in replies] == [
        min(together, DOCUMENTS - first) for first in range(0, DOCUMENTS, together)
    ]


@pytest.mark.usefixtures("together")
def test_a_second_file_tells_the_changed_document_from_the_others(pool: Pool, tmp_path: Path) -> None:
    company(pool)
    store = FolderStore(tmp_path / "store")
    bring_in(pool, store, file(tmp_path))
    bring_in(pool, store, file(tmp_path, "再次导出.xlsx", 备注="改过"))
    *_, counts = pool.execute(f"{COUNTED} fapiao.sync_log ORDER BY batch_no").fetchall()
    assert counts[:5] == (7, 0, 1, 6, 0)
    told = pool.execute(
        "SELECT verdict, count(*) FROM sync.import_verdict WHERE task_id = (SELECT max(task_id) FROM sync.task)"
        " GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert told == [("skipped", 2), ("unchanged", 2 * (DOCUMENTS - 1)), ("updated", 2)]


@pytest.mark.usefixtures("together")
def test_documents_of_two_files_at_once_count_once(pool: Pool, tmp_path: Path) -> None:
    company(pool)
    bring_in(pool, FolderStore(tmp_path / "store"), file(tmp_path), file(tmp_path, "再次导出.xlsx", 备注="改过"))
    counted = "SELECT downloaded_count, inserted_count, ignored_count, amount_sum::int FROM fapiao.sync_log"
    assert pool.execute(counted).fetchall() == [(2 * DOCUMENTS, DOCUMENTS, DOCUMENTS, 700)]


@pytest.mark.parametrize(
    ("place", "step", "error", "then"),
    [
        (StagedMerge, "merge", MergeError("a check did not hold"), "download_failed"),
        (import_merge, "translate", ValueError("it cannot be translated"), "downloaded"),
    ],
)
def test_a_step_that_fails_takes_the_steps_before_it_back(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, step: str, error: Exception, then: str
) -> None:
    monkeypatch.setattr(import_merge, "_TOGETHER", 2)
    works, done = getattr(place, step), []

    def work(*arguments: Any) -> Any:
        done.append(works(*arguments))
        if len(done) == 3:
            raise error
        return done[-1]

    monkeypatch.setattr(place, step, work)
    company(pool)
    pool.commit()
    bring_in(pool, FolderStore(tmp_path / "store"), file(tmp_path))
    documents, lines, verdicts, ((*_, status),) = held(pool)
    assert (documents, lines, verdicts, status) == ([], [], [], then)
    assert len(done) == 3
