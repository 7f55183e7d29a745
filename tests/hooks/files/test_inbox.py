"""The watched folder: only whole files are taken, parts together, nothing is followed, and each ends with a sentence."""

import os
import resource
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fapiao.errors import BadInput, Unusable
from hooks.files.inbox import DONE, REFUSED, State, file_away, inbox, inside, lay_beside, results, strangers, waiting

NOW = datetime(2027, 2, 10, 4, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An inbox."""
    found = tmp_path / "inbox"
    found.mkdir()
    return found


def aged(file: Path, age: float = 60.0) -> Path:
    """A file, or what else stands there, that was written to `age` seconds ago."""
    os.utime(file, (NOW.timestamp() - age,) * 2, follow_symlinks=False)
    return file


def lay(folder: Path, name: str, age: float = 60.0, content: bytes = b"x") -> Path:
    """A file of the inbox."""
    file = folder / name
    file.write_bytes(content)
    return aged(file, age)


def seen(folder: Path) -> list[list[str]]:
    """The names of the sets that wait."""
    return [[file.path.name for file in files] for files in waiting(folder, NOW)]


def names(folder: Path, state: State) -> list[str]:
    """What lies in a folder of results."""
    place = results(folder) / state
    return sorted(file.name for file in place.iterdir()) if place.exists() else []


def test_the_folder_is_the_environments_or_that_of_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FAPIAO_INBOX", raising=False)
    assert inbox() == tmp_path / "home" / "inbox"
    assert results(inbox()) == tmp_path / "home" / "inbox-results"
    monkeypatch.setenv("FAPIAO_INBOX", str(tmp_path / "other"))
    assert inbox() == tmp_path / "other"
    assert inbox().is_dir()
    monkeypatch.setenv("FAPIAO_INBOX_RESULTS", str(tmp_path / "elsewhere"))
    assert results(inbox()) == tmp_path / "elsewhere"


def test_a_file_that_may_still_grow_is_left_alone(folder: Path) -> None:
    lay(folder, "a.xlsx")
    for name, age in (("b.xlsx", 1.0), (".c.xlsx", 60.0), ("~$a.xlsx", 60.0), ("d.xlsx.part", 60.0)):
        lay(folder, name, age)
    (folder / "done").mkdir()
    assert seen(folder) == [["a.xlsx"]]


@pytest.mark.req("R145")
def test_the_parts_of_one_name_are_taken_together_and_the_oldest_first(folder: Path) -> None:
    name = "91310000MA1EXAMP07-20270203-202701-销项票-增值税专用发票"
    lay(folder, f"{name}-2.xls", 50)
    lay(folder, "other.xlsx", 90)
    lay(folder, f"{name}-1.XLS", 60)
    assert seen(folder) == [["other.xlsx"], [f"{name}-1.XLS", f"{name}-2.xls"]]


@pytest.mark.finding("F72")
@pytest.mark.parametrize("state", [DONE, REFUSED])
def test_a_file_is_put_away_outside_of_the_inbox_with_its_sentence_and_never_over_another(
    folder: Path, state: State
) -> None:
    for content in (b"1", b"2", b"2"):
        lay(folder, "a.xlsx", content=content)
        assert file_away(folder, *waiting(folder, NOW), state, "一句话") == []
    assert names(folder, state) == ["a.xlsx", "a.xlsx.txt", "a_2.xlsx", "a_2.xlsx.txt", "a_3.xlsx", "a_3.xlsx.txt"]
    assert (results(folder) / state / "a.xlsx.txt").read_text(encoding="utf-8") == "一句话\n"
    assert list(folder.iterdir()) == []


@pytest.mark.finding("F72")
@pytest.mark.parametrize("name", ["../a.xlsx", "/etc/passwd", "a/../../b.xlsx", "", "a\0b"])
def test_a_form_reaches_no_file_outside(folder: Path, name: str) -> None:
    with pytest.raises(BadInput, match="必须放在收件夹"):
        inside(folder, name)
    assert inside(folder, "done/a.xlsx") == folder / "done" / "a.xlsx"


@pytest.mark.finding("F72")
def test_what_is_no_file_is_never_opened_and_put_away_as_it_is(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    os.mkfifo(folder / "pipe.xls")
    (folder / "link.xls").symlink_to(tmp_path / "secret")
    (folder / "loop.xls").symlink_to(folder / "loop.xls")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket.xls"))
        for name in ("link.xls", "loop.xls", "pipe.xls", "socket.xls"):
            aged(folder / name)
        assert waiting(folder, NOW) == []
        assert file_away(folder, strangers(folder, NOW), REFUSED, "不是文件") == []
    assert [name for name in names(folder, REFUSED) if name.endswith(".txt")] == [
        "link.xls.txt", "loop.xls.txt", "pipe.xls.txt", "socket.xls.txt",
    ]  # fmt: skip
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.finding("F72")
def test_no_result_is_written_through_a_link_and_none_over_what_is_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "dag.py").write_text("kept")
    place = results(folder) / REFUSED
    place.mkdir(parents=True)
    (place / "a.xlsx.txt").symlink_to(tmp_path / "dag.py")
    (place / "a_2.xlsx").symlink_to(tmp_path / "dag.py")
    (place / "a_3.xlsx.txt").symlink_to(tmp_path / "not there")
    lay(folder, "a.xlsx")
    assert file_away(folder, *waiting(folder, NOW), REFUSED, "import os") == []
    assert (tmp_path / "dag.py").read_text() == "kept"
    assert not (tmp_path / "not there").exists()
    assert (place / "a_4.xlsx.txt").read_text() == "import os\n"


@pytest.mark.finding("F72")
@pytest.mark.parametrize("linked", ["inbox-results", "inbox-results/refused"])
def test_results_are_not_laid_into_a_folder_that_is_a_link(folder: Path, tmp_path: Path, linked: str) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / linked).parent.mkdir(exist_ok=True)
    (tmp_path / linked).symlink_to(tmp_path / "dags")
    lay(folder, "a.xlsx")
    with pytest.raises(Unusable, match="must be no link"):
        file_away(folder, *waiting(folder, NOW), REFUSED, "x")
    assert list((tmp_path / "dags").iterdir()) == []
    assert seen(folder) == [["a.xlsx"]]


@pytest.mark.finding("F72")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nimport os\n.py.xls", "a\\u000aimport os\\u000a.py.xls"),
        ("a\u202ecod.xls", "a\\u202ecod.xls"),
        ("票" * 83 + ".xls", None),
        (os.fsdecode(b"\xff\xfe.xls"), "\\udcff\\udcfe.xls"),
    ],
    ids=["line break", "direction", "long", "no UTF-8"],
)
def test_an_odd_name_becomes_one_that_is_seen_and_fits(folder: Path, name: str, shown: str | None) -> None:
    lay(folder, name)
    assert file_away(folder, *waiting(folder, NOW), REFUSED, f"{name}: 一句话") == []
    kept, told = names(folder, REFUSED)
    assert told == f"{kept}.txt"
    assert shown is None or kept == shown
    assert "一句话" in (results(folder) / REFUSED / told).read_text(encoding="utf-8")


@pytest.mark.finding("F72", "F76")
def test_a_file_that_was_replaced_since_it_was_seen_stays(folder: Path) -> None:
    lay(folder, "a.xlsx")
    lay(folder, "b.xlsx")
    (one, other) = waiting(folder, NOW)
    lay(folder, "new", content=b"another").replace(folder / "a.xlsx")
    (why,) = file_away(folder, [*one, *other], DONE, "一句话")
    assert why.startswith("a.xlsx: replaced")
    assert (seen(folder), names(folder, DONE)) == ([["a.xlsx"]], ["b.xlsx", "b.xlsx.txt"])


@pytest.mark.finding("F72")
def test_our_own_file_beside_a_list_is_never_written_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    (folder / "selection").mkdir()
    (folder / "selection" / "r.xlsx").symlink_to(tmp_path / "kept")
    lay_beside(folder, folder / "selection" / "r.xlsx", b"result")
    lay_beside(folder, folder / "selection" / "r.xlsx", b"again")
    assert (folder / "selection" / "r.xlsx").read_bytes() == b"again"
    assert (tmp_path / "kept").read_text() == "kept"
    (folder / "other").symlink_to(tmp_path)
    with pytest.raises(Unusable, match="cannot be opened"):
        lay_beside(folder, folder / "other" / "r.xlsx", b"result")


@pytest.mark.finding("F72")
def test_a_file_that_another_run_has_put_away_is_no_fault(folder: Path) -> None:
    lay(folder, "a.xlsx")
    found = waiting(folder, NOW)
    assert file_away(folder, *found, DONE, "一句话") == []
    assert file_away(folder, *found, REFUSED, "另一句话") == []
    assert (names(folder, DONE), names(folder, REFUSED)) == (["a.xlsx", "a.xlsx.txt"], [])


@pytest.mark.finding("F76")
def test_a_full_disk_leaves_the_file_where_it_is_and_nothing_half_done(folder: Path) -> None:
    lay(folder, "a.xlsx")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for _ in range(2):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            (why,) = file_away(folder, *waiting(folder, NOW), DONE, "一句话")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert "cannot be moved" in why
        assert (names(folder, DONE), seen(folder)) == ([], [["a.xlsx"]])
    assert file_away(folder, *waiting(folder, NOW), DONE, "一句话") == []
    assert names(folder, DONE) == ["a.xlsx", "a.xlsx.txt"]
