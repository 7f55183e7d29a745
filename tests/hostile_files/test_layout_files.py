"""One task of hostile layout files: each is stored, its row says what it lacks, and the good ones are whole.

The cases are data: tests/support/hostile_layout.py.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from fapiao.rules.book import rulebook
from fapiao.tasks import LEASE
from file_host import FileHost, file_host, page
from hooks.channels.download_channel import DownloadChannel
from hooks.queues.tasks import TaskTable
from hostile_layout import CASES, damaged
from layout_rows import company, documents, file_tasks, key, put_downloaded
from layout_samples import files_of
from operators.downloads.layout_files import collect_files
from operators.downloads.session import WorkerSession
from task_rows import RUN

Pool = psycopg.Connection[Any]
pytestmark = [pytest.mark.finding("F25", "F26", "F73", "F74"), pytest.mark.slow]
READER = Path(__file__).resolve().parents[1] / "support" / "hostile_reader.py"
MOST_MEBIBYTES = 400


@pytest.fixture
def host() -> Iterator[FileHost]:
    """The bureau's file host."""
    with file_host() as found:
        yield found


def collected(pool: Pool, host: FileHost, files: list[tuple[str, bytes]], broke_workers: int) -> None:
    """One task with one file for each invoice, and with a whole invoice at the end."""
    keys = [key(number) for number in range(len(files) + 1)]
    company(pool, "etax")
    documents(pool, keys)
    offered = [host.offer(number, {kind: content}) for number, (kind, content) in zip(keys, files, strict=False)]
    put_downloaded(
        pool, [page(*(entry for one in [*offered, host.offer(keys[-1], files_of(keys[-1]))] for entry in one))], keys
    )
    pool.execute("UPDATE sync.task SET lease_until = NULL, not_before = NULL")
    pool.commit()
    session = WorkerSession(pool, RUN, "worker", lambda: datetime.now(UTC), cast(DownloadChannel, None), rulebook(), {})
    (claim,) = TaskTable(pool).claim("etax", ["downloaded"], "worker", RUN.day, 10, None)
    pool.commit()
    collect_files(session, replace(claim, broke_workers=broke_workers), host.download)
    (row,) = file_tasks(pool)
    assert (row["status"], row["failed_count"]) == ("succeeded", 0)


def rows(pool: Pool) -> dict[tuple[str, str], str | None]:
    """What the row of every file says, by invoice and kind."""
    found = pool.execute("SELECT document_key, file_type, problem FROM fapiao.layout_file WHERE superseded_at IS NULL")
    return {(number, kind): problem for number, kind, problem in found.fetchall()}


@pytest.mark.parametrize("broke_workers", [0, 1], ids=["in the worker", "apart"])
def test_each_file_is_stored_and_says_what_it_lacks(
    pool: Pool, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broke_workers: int
) -> None:
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    cases = list(CASES.items())
    collected(pool, host, [(kind, made(key(at))) for at, (_, (kind, made, _)) in enumerate(cases)], broke_workers)
    found, wrong = rows(pool), {}
    for number, (name, (kind, _, sentence)) in enumerate(cases):
        of_file, of_snapshot = found[key(number), kind], found.get((key(number), "snapshot"))
        said = of_file or of_snapshot or ""
        if not (re.search(sentence, said) if sentence else said == ""):
            wrong[name] = said
    assert wrong == {}
    assert {(key(len(cases)), kind) for kind in ("pdf", "ofd", "xml", "snapshot")} <= set(found)
    whole = {
        key(number)
        for number, (name, (kind, _, sentence)) in enumerate(cases)
        if (kind, sentence) == ("xml", "") and not name.startswith("a l")
    }
    lines = pool.execute("SELECT DISTINCT document_key FROM pool.line").fetchall()
    assert {number for (number,) in lines} >= whole


@pytest.fixture(scope="module")
def reader() -> "Iterator[subprocess.Popen[str]]":
    """A process that holds nothing of the tests, so that the peak it tells is that of the reading."""
    with subprocess.Popen(
        [sys.executable, str(READER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        yield started
        started.kill()


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_read_within_memory_and_a_fraction_of_the_lease(
    reader: "subprocess.Popen[str]", tmp_path: Path, case: str
) -> None:
    kind, made, _ = CASES[case]
    (tmp_path / "file").write_bytes(made(key(1)))
    assert reader.stdin
    assert reader.stdout
    reader.stdin.write(json.dumps([kind, str(tmp_path / "file")]) + "\n")
    reader.stdin.flush()
    took = json.loads(reader.stdout.readline())
    assert took["code"] == 0
    assert took["mebibytes"] < MOST_MEBIBYTES
    assert took["seconds"] < LEASE.total_seconds() / 6


def test_damaged_files_cost_no_other_file(
    pool: Pool, host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    cases = damaged(13, 120)
    files = [(kind, made(key(number))) for number, (kind, made) in enumerate(cases.values())]
    collected(pool, host, [(kind, content or b"x") for kind, content in files], 0)
    assert (key(len(files)), "snapshot") in rows(pool)
