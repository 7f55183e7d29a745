"""Hostile workbooks and ZIPs laid into the inbox: each ends with its sentence, and the good file behind them comes in.

The cases are data: tests/support/hostile_xlsx.py and hostile_others.py.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bureau_workbooks import KEY, company, export, header, line
from hostile_others import XLS, ZIPS
from hostile_xlsx import FALSE, READ, RIGHT, Case

pytestmark = [pytest.mark.finding("F27", "F70", "F71", "F77"), pytest.mark.slow]
SUPPORT = Path(__file__).resolve().parents[1] / "support"
MOST_MEBIBYTES, MOST_SECONDS = 400, 120
AT_ONCE = 10
"""Files of one pass."""


class Passes:
    """A process that forks one pass over the inbox."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process, self.inbox, self._results = process, folder / "inbox", folder / "inbox-results"
        self._at = time.time() - 10_000

    def lay(self, file: Path, content: bytes | None = None) -> None:
        """A file that has been lying there for a while, longer than those that are laid after it."""
        if content is not None:
            file.write_bytes(content)
        self._at += 1
        os.utime(file, (self._at, self._at))

    def run(self, pool_url: str) -> dict[str, Any]:
        """One pass, and what it took."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"pool": pool_url, "seconds": MOST_SECONDS}) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def said(self) -> dict[str, str]:
        """What is said of every file, by its name."""
        told = self._results.glob("*/*.txt")
        return {file.name.removesuffix(".txt"): file.read_text(encoding="utf-8") for file in told}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inbox, results and store of the process."""
    found = tmp_path_factory.mktemp("hostile")
    (found / "inbox").mkdir()
    return found


@pytest.fixture(scope="module")
def process(folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """The process, which has imported everything."""
    environment = os.environ | {"FAPIAO_INBOX": str(folder / "inbox"), "FAPIAO_FILES": str(folder / "files")}
    with subprocess.Popen(
        [sys.executable, str(SUPPORT / "hostile_worker.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as started:
        yield started
        started.kill()


@pytest.fixture
def passes(process: "subprocess.Popen[str]", folder: Path, pool: psycopg.Connection[Any]) -> Passes:
    """Passes over an empty inbox, with a company in the pool."""
    for file in [*folder.glob("inbox/*"), *folder.glob("inbox-results/*/*")]:
        if file.is_file():
            file.unlink()
    company(pool)
    pool.commit()
    return Passes(process, folder)


def _groups(cases: Sequence[Case], suffix: str) -> list[list[Case]]:
    named = [case._replace(name=f"{case.name}{suffix}") for case in cases]
    return [named[at : at + AT_ONCE] for at in range(0, len(named), AT_ONCE)]


GROUPS = [*_groups(RIGHT, ".xlsx"), *_groups(FALSE, ".xlsx"), *_groups(XLS, ""), *_groups(ZIPS, "")]


@pytest.mark.parametrize("cases", GROUPS, ids=lambda group: group[0].name)
def test_each_file_ends_with_its_sentence_and_the_good_one_behind_them_comes_in(
    passes: Passes, pool: psycopg.Connection[Any], pool_url: str, cases: list[Case]
) -> None:
    for case in cases:
        passes.lay(passes.inbox / case.name.replace("/", "_"), case.make())
    passes.lay(export(passes.inbox / "good.xlsx", [header()], [line()]))
    ended = passes.run(pool_url)
    said = passes.said()
    wrong = {case.name: said.get(case.name.replace("/", "_")) for case in cases
             if not _as_expected(said.get(case.name.replace("/", "_"), ""), case.says)}  # fmt: skip
    assert wrong == {}
    assert (ended["code"], list(passes.inbox.iterdir())) == (0, []), ended["said"]
    assert READ in said["good.xlsx"]
    assert pool.execute("SELECT count(*) FROM pool.document WHERE document_key = %s", [KEY]).fetchall() == [(1,)]
    assert ended["mebibytes"] < MOST_MEBIBYTES
    assert ended["seconds"] < MOST_SECONDS


def _as_expected(said: str, expected: str) -> bool:
    """The second of two good files of one pass brings the same invoice: it changes nothing."""
    return bool(re.search(f"{expected}|新增0.*无变化1|此前已导入" if expected == READ else expected, said))


def test_there_are_at_least_a_hundred_cases_and_none_is_there_twice() -> None:
    names = [case.name for group in GROUPS for case in group]
    assert len(set(names)) == len(names) >= 100
