"""What ends a process that reads a file is counted by the file's bytes, through whatever door they came."""

import subprocess
import sys
from pathlib import Path

import pytest

from fapiao.errors import BadInput, Unusable
from hooks.files.readings import reading

pytestmark = pytest.mark.finding("F70")
SHA = "ab" * 32
_DIES = f"""
import os, sys
sys.path[:0] = {sys.path!r}
from hooks.files.readings import reading
with reading({SHA!r}, "a.xlsx"):
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inbox, beside which the notes lie."""
    monkeypatch.setenv("FAPIAO_INBOX", str(tmp_path / "inbox"))
    return tmp_path / "inbox-results" / "reading"


def die() -> None:
    """A reader that is killed at its work."""
    assert subprocess.run([sys.executable, "-c", _DIES], check=False).returncode == -9


def test_a_file_over_which_two_readers_ended_is_set_aside_once_and_tried_again_when_it_comes_again() -> None:
    for _ in range(3):  # each time read to its end after one death
        die()
        with reading(SHA, "a.xlsx"):
            pass
    die()
    die()
    with pytest.raises(BadInput, match=r"a\.xlsx：.*两次意外中断"), reading(SHA, "a.xlsx"):
        pass
    with reading(SHA, "a.xlsx"), reading("cd" * 32, "b.xlsx"):
        pass


def test_readers_at_work_on_the_same_bytes_are_not_counted_and_leave_nothing(folder: Path) -> None:
    with reading(SHA, "a"), reading(SHA, "a"), reading(SHA, "a"):
        assert len(list((folder / SHA).iterdir())) == 3
    with pytest.raises(RuntimeError, match="x"), reading(SHA, "a"):
        raise RuntimeError("x")
    assert list(folder.iterdir()) == []


def test_a_folder_that_takes_no_notes_is_said(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("no folder")
    with pytest.raises(Unusable, match="FAPIAO_INBOX_RESULTS"), reading(SHA, "a"):
        pass
