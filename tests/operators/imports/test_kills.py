"""Kill -9 between any two acts of an import: the next run goes on, nothing is lost, applied twice or left over."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import OWNER, company, export, header, line
from hooks.files.store import digest

WORKER = Path(__file__).resolve().parents[2] / "support" / "import_worker.py"
SHARES = 3
"""The walk is cut into shares, so that test processes take it side by side."""
CROSSED = {"sync", "bytes", "commit", "filed away"}


class Runs:
    """The forking process, asked for one run at a time, and the folders that its runs share."""

    def __init__(self, process: subprocess.Popen[str], inbox: Path, files: Path) -> None:
        self._process, self.inbox, self.files = process, inbox, files

    def order(self, pool_url: str, kill_at: int = 0) -> None:
        """Starts a run."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"pool": pool_url, "kill_at": kill_at}) + "\n")
        self._process.stdin.flush()

    def ended(self) -> dict[str, Any]:
        """How the run ended."""
        assert self._process.stdout
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def work(self, pool_url: str, kill_at: int = 0) -> dict[str, Any]:
        """One run to its end."""
        self.order(pool_url, kill_at)
        return self.ended()

    def lay(self, number: int) -> list[str]:
        """A file in the inbox with two invoices of its own, one with a line; their numbers."""
        keys = [f"2731200000{number:08d}{half:02d}" for half in (1, 2)]
        headers, lines = [header(数电发票号码=key) for key in keys], [line(数电发票号码=keys[0])]
        laid = export(self.inbox / f"export {number}.xlsx", headers, lines)
        os.utime(laid, (time.time() - 60,) * 2)
        return keys

    def child(self) -> int:
        """The process of the run that is under way."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return int(children.read_text(encoding="ascii").split()[0])


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """The process, an inbox and a store."""
    inbox, files = tmp_path / "inbox", tmp_path / "files"
    inbox.mkdir()
    monkeypatch.setenv("FAPIAO_INBOX", str(inbox))
    monkeypatch.setenv("FAPIAO_FILES", str(files))
    with subprocess.Popen(
        [sys.executable, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        yield Runs(process, inbox, files)
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def pool(pool_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A pool with one company."""
    with psycopg.connect(pool_url, autocommit=True, row_factory=dict_row) as connection:
        company(connection)
        yield connection


def assert_whole(pool: psycopg.Connection[Any], runs: Runs, keys: list[str], where: str) -> None:
    """Both invoices once, seen once, by one task with one verdict on every row; the inbox empty, the bytes kept."""
    held = pool.execute("SELECT * FROM fapiao.invoice WHERE document_key = ANY (%s)", [keys]).fetchall()
    assert sorted(row["document_key"] for row in held) == keys, where
    assert {row["taxpayer_no"] for row in held} == {OWNER}, where
    seen = pool.execute(
        "SELECT batch_no, unnest(document_keys) AS key FROM pool.sighting WHERE document_keys && %s", [keys]
    ).fetchall()
    assert sorted(row["key"] for row in seen) == keys, where
    (task,) = pool.execute(
        "SELECT * FROM sync.task WHERE batch_no = ANY (%s)", [[row["batch_no"] for row in seen]]
    ).fetchall()
    assert (task["status"], task["inserted_count"], task["updated_count"]) == ("succeeded", 2, 0), where
    lines = pool.execute("SELECT * FROM pool.line WHERE document_key = ANY (%s)", [keys]).fetchall()
    assert len(lines) == 1, where
    verdicts = pool.execute(
        "SELECT verdict, count(*) AS n FROM sync.import_verdict WHERE task_id = %s AND document_key IS NOT NULL"
        " GROUP BY 1",
        [task["task_id"]],
    ).fetchall()
    assert verdicts == [{"verdict": "inserted", "n": 3}], where
    replies = pool.execute("SELECT * FROM sync.reply WHERE task_id = %s", [task["task_id"]]).fetchall()
    assert len(replies) == 2, where
    assert list(runs.inbox.iterdir()) == [], where


def assert_nothing_left_over(pool: psycopg.Connection[Any], runs: Runs, where: str) -> None:
    """No task that waits, none that was made twice, and in the store the files that were imported and nothing else."""
    tasks = pool.execute("SELECT status FROM sync.task").fetchall()
    names = {row["sha256"] for row in pool.execute("SELECT sha256 FROM sync.import_file").fetchall()}
    assert {row["status"] for row in tasks} == {"succeeded"}, where
    assert len(tasks) == len(names), where
    kept = [file for file in runs.files.rglob("*") if file.is_file()]
    assert {file.name for file in kept} == names, where
    assert all(digest(file.read_bytes()) == file.name for file in kept), where


@pytest.mark.slow
@pytest.mark.req("R131", "R281", "R283")
@pytest.mark.parametrize("share", range(SHARES))
def test_a_run_killed_between_any_two_acts_is_continued_by_the_next(
    pool: psycopg.Connection[Any], pool_url: str, runs: Runs, share: int
) -> None:
    for boundary in count(1 + share, SHARES):
        keys = runs.lay(boundary)
        ended = runs.work(pool_url, boundary)
        assert ended["killed"] or ended["code"] == 0, ended["said"]
        again = runs.work(pool_url)
        assert again["code"] == 0, again["said"]
        assert_whole(pool, runs, keys, f"boundary {boundary}")
        assert_nothing_left_over(pool, runs, f"boundary {boundary}")
        if not ended["killed"]:
            assert set(json.loads(ended["said"])) == CROSSED
            return


@pytest.mark.slow
@pytest.mark.req("R131", "R281", "R283")
def test_a_run_killed_while_the_merge_itself_is_under_way_is_continued_by_the_next(
    pool: psycopg.Connection[Any], pool_url: str, runs: Runs
) -> None:
    runs.lay(1)
    assert runs.work(pool_url)["code"] == 0
    pool.execute("ANALYZE pool.document, pool.line")  # else the next run does, and waits for the lock there
    keys = runs.lay(0)
    with psycopg.connect(pool_url) as reader:
        reader.execute("LOCK TABLE pool.document IN SHARE MODE")
        runs.order(pool_url)
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        deadline = time.monotonic() + 30
        while not pool.execute(waiting).fetchall():
            assert time.monotonic() < deadline, "the merge never came to the locked table"
            time.sleep(0.02)
        os.kill(runs.child(), 9)
        assert runs.ended()["killed"]
        (task,) = pool.execute("SELECT task_id, status FROM sync.task ORDER BY task_id DESC LIMIT 1").fetchall()
        assert task["status"] == "downloaded"
        assert pool.execute("SELECT FROM sync.import_verdict WHERE task_id = %s", [task["task_id"]]).fetchall() == []
    while (
        runs.inbox.joinpath("export 0.xlsx").exists()
        or pool.execute("SELECT 1 FROM sync.task WHERE status <> 'succeeded'").fetchall()
    ):
        assert time.monotonic() < deadline, "the server still holds the lock of the killed run"
        assert runs.work(pool_url)["code"] == 0
    assert_whole(pool, runs, keys, "inside the merge")
    assert_nothing_left_over(pool, runs, "inside the merge")
