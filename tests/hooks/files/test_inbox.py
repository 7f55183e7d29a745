"""The watched folder: only whole files are taken, parts together, and each ends up somewhere with a sentence."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fapiao.errors import BadInput, Unusable
from hooks.files.inbox import DONE, REFUSED, begin, ended, file_away, inbox, inside, waiting

NOW = datetime(2027, 2, 10, 4, tzinfo=UTC)


def lay(folder: Path, name: str, age: float = 60.0, content: bytes = b"x") -> Path:
    """A file that was written `age` seconds ago."""
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (NOW.timestamp() - age,) * 2)
    return file


def test_the_folder_is_the_environments_or_that_of_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FAPIAO_INBOX", raising=False)
    assert inbox() == tmp_path / "home" / "inbox"
    monkeypatch.setenv("FAPIAO_INBOX", str(tmp_path / "other"))
    assert inbox() == tmp_path / "other"
    assert inbox().is_dir()


def test_a_file_that_may_still_grow_is_left_alone(tmp_path: Path) -> None:
    whole = lay(tmp_path, "a.xlsx")
    for name, age in (("b.xlsx", 1.0), (".c.xlsx", 60.0), ("~$a.xlsx", 60.0), ("d.xlsx.part", 60.0)):
        lay(tmp_path, name, age)
    (tmp_path / "done").mkdir()
    assert waiting(tmp_path, NOW) == [[whole]]


@pytest.mark.req("R145")
def test_the_parts_of_one_name_are_taken_together_and_the_oldest_first(tmp_path: Path) -> None:
    name = "91310000MA1EXAMP07-20270203-202701-销项票-增值税专用发票"
    second = lay(tmp_path, f"{name}-2.xls", 50)
    other = lay(tmp_path, "other.xlsx", 90)
    first = lay(tmp_path, f"{name}-1.XLS", 60)
    assert waiting(tmp_path, NOW) == [[other], [first, second]]


@pytest.mark.parametrize("state", [DONE, REFUSED])
def test_a_file_is_put_away_with_its_sentence_and_never_over_another(tmp_path: Path, state: str) -> None:
    for content in (b"1", b"2", b"2"):
        file_away([lay(tmp_path, "a.xlsx", content=content)], state, "一句话")
    names = sorted(file.name for file in (tmp_path / state).iterdir())
    assert len([name for name in names if name.endswith(".xlsx")]) == 3
    assert (tmp_path / state / "a.xlsx.txt").read_text(encoding="utf-8") == "一句话\n"
    assert waiting(tmp_path, NOW) == []


@pytest.mark.parametrize("name", ["../a.xlsx", "/etc/passwd"])
def test_a_form_reaches_no_file_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="必须放在收件夹"):
        inside(tmp_path, name)
    assert inside(tmp_path, "done/a.xlsx") == tmp_path.resolve() / "done" / "a.xlsx"


@pytest.mark.finding("F70")
def test_readings_that_began_and_never_ended_are_counted_for_these_bytes_only(tmp_path: Path) -> None:
    file = lay(tmp_path, "a.xlsx")
    assert [begin([file]), begin([file])] == [0, 1]
    assert waiting(tmp_path, NOW) == [[file]]
    lay(tmp_path, "a.xlsx", content=b"another")
    assert begin([file]) == 0
    ended([file])
    assert begin([file]) == 0
    file_away([file], DONE, "一句话")
    assert len([one for one in tmp_path.iterdir() if one.is_file()]) == 1  # the note of the bytes that were replaced


@pytest.mark.finding("F70", "F72")
def test_a_note_is_never_written_through_a_link(tmp_path: Path) -> None:
    file = lay(tmp_path, "a.xlsx")
    begin([file])
    (note,) = (one for one in tmp_path.iterdir() if one.name.startswith("."))
    note.unlink()
    note.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unusable, match="does not take notes"):
        begin([file])
    assert not (tmp_path / "elsewhere").exists()
