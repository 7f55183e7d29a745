"""Kill -9 between any two acts of a file task: the next worker adopts the bytes, and nothing is lost, doubled or left over."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from file_host import FileHost, file_host, page
from hooks.files.store import FolderStore
from layout_rows import company, documents, file_tasks, key, put_downloaded
from layout_samples import files_of

WORKER = Path(__file__).resolve().parents[2] / "support" / "file_worker.py"


@pytest.fixture(scope="module")
def host() -> Iterator[FileHost]:
    """The bureau's file host."""
    with file_host() as found:
        yield found


class Collector:
    """The forking process, asked for one collector at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def work(self, pool_url: str, kill_at: int = 0) -> dict[str, Any]:
        """One collector to its end; how it ended."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"pool": pool_url, "kill_at": kill_at}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@pytest.fixture
def collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """The process; its collectors share the files folder of this test."""
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    with subprocess.Popen(
        [sys.executable, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        yield Collector(process)
        assert process.stdin
        process.stdin.close()


def objects(folder: Path) -> set[str]:
    """What lies in the store."""
    return {file.name for file in folder.rglob("*") if file.is_file()}


def assert_whole(pool: psycopg.Connection[Any], folder: Path, keys: list[str], where: str) -> None:
    """Every file is there byte for byte, is shown once, and nothing lies about."""
    shown = pool.execute(
        "SELECT document_key, file_type, sha256 FROM fapiao.layout_file WHERE document_key = ANY (%s)", [keys]
    ).fetchall()
    assert len(shown) == 4, where
    found = {(number, kind): sha256 for number, kind, sha256 in shown}
    for number in keys:
        for kind, content in files_of(number).items():
            assert FolderStore(folder).read(found[number, kind]) == content, where
    assert objects(folder) == set(found.values()), where
    row = file_tasks(pool)[-1]
    assert (row["status"], row["downloaded_count"], row["inserted_count"]) == ("succeeded", 1, 1), where
    lines = pool.execute("SELECT count(*) FROM pool.line WHERE document_key = ANY (%s)", [keys]).fetchone()
    assert lines == (1,), where


@pytest.mark.req("R131", "R136")
@pytest.mark.slow
def test_a_worker_killed_between_any_two_acts_is_continued(
    pool_url: str, collector: Collector, host: FileHost, tmp_path: Path
) -> None:
    with psycopg.connect(pool_url, autocommit=True) as pool:
        company(pool, "etax")
        for boundary in count(1):
            folder, keys = tmp_path / "files", [key(boundary)]
            shutil.rmtree(folder, ignore_errors=True)
            documents(pool, keys)
            put_downloaded(pool, [page(*host.offer(number)) for number in keys], keys)
            ended = collector.work(pool_url, boundary)
            assert ended["killed"] or ended["code"] == 0, ended["said"]
            pool.execute("UPDATE sync.task SET lease_until = NULL WHERE finished_at IS NULL")
            again = collector.work(pool_url)
            assert again["code"] == 0, again["said"]
            assert_whole(pool, folder, keys, f"boundary {boundary}")
            if not ended["killed"]:
                assert {"commit", "bytes", "sync", "download"} <= set(json.loads(ended["said"]))
                return
