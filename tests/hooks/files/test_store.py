"""The file store keeps bytes by their hash: whole or not at all, once, and checked when they are read."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fapiao.errors import Unusable
from hooks.files import store as file_store
from hooks.files.data_folder import data_folder
from hooks.files.store import FileStore, FolderStore, ObjectStore, digest
from tight_bounds import tighten

CONTENT = b"%PDF-1.7 one"
HASH = digest(CONTENT)
PLUGINS = Path(file_store.__file__).parents[2]


@pytest.fixture(params=["folder", "object store"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """Either store, over a folder of this test."""
    folder = tmp_path / "files"
    return FolderStore(folder) if request.param == "folder" else ObjectStore(f"file://{folder}")


def stored(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_bytes_come_back_as_they_went_in(store: FileStore) -> None:
    assert store.put(CONTENT) == HASH
    assert store.read(HASH) == CONTENT


def test_what_is_there_is_known_by_hash_and_size(store: FileStore) -> None:
    assert not store.has(HASH, len(CONTENT))
    store.put(CONTENT)
    assert store.has(HASH, len(CONTENT))
    assert not store.has(HASH, len(CONTENT) + 1)


def test_the_same_bytes_are_one_object(store: FileStore, tmp_path: Path) -> None:
    store.put(CONTENT)
    (place,) = (tmp_path / "files").rglob(HASH)
    before = place.stat().st_ino, place.stat().st_mtime_ns
    store.put(CONTENT)
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == before
    assert stored(tmp_path / "files") == [f"{HASH[:2]}/{HASH}"]


def test_a_damaged_object_is_said_and_not_handed_out(store: FileStore, tmp_path: Path) -> None:
    store.put(CONTENT)
    (place,) = (tmp_path / "files").rglob(HASH)
    place.write_bytes(b"%PDF-1.7 two")
    with pytest.raises(Unusable, match="is damaged"):
        store.read(HASH)


def test_an_object_that_is_gone_is_a_sentence(store: FileStore) -> None:
    with pytest.raises(Unusable, match="cannot be read"):
        store.read(HASH)


def test_only_the_owner_may_read_layout_files(tmp_path: Path) -> None:
    FolderStore(tmp_path / "files").put(CONTENT)
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (tmp_path / "files").rglob("*")]
    assert sorted(modes) == [0o600, 0o700]


def test_writers_side_by_side_leave_one_whole_object(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    with ThreadPoolExecutor(8) as threads:
        hashes = set(threads.map(lambda _: FolderStore(tmp_path).put(content), range(40)))
    assert hashes == {digest(content)}
    assert FolderStore(tmp_path).read(digest(content)) == content
    assert stored(tmp_path) == [f"{digest(content)[:2]}/{digest(content)}"]


WRITER = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from hooks.files.store import FolderStore
if sys.argv[3] == "before the rename":
    Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
else:
    os.fsync = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
FolderStore(Path(sys.argv[2])).put(b"x" * 100_000)
"""


@pytest.mark.parametrize("moment", ["before the sync", "before the rename"])
def test_a_killed_writer_leaves_no_name_with_half_the_bytes_and_the_next_one_finishes(
    moment: str, tmp_path: Path
) -> None:
    content = b"x" * 100_000
    killed = subprocess.run([sys.executable, "-c", WRITER, str(PLUGINS), str(tmp_path), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [name for name in stored(tmp_path) if not name.endswith(".part")] == []
    assert FolderStore(tmp_path).put(content) == digest(content)
    assert stored(tmp_path) == [f"{digest(content)[:2]}/{digest(content)}"]


def test_a_place_that_takes_no_files_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(Unusable, match="does not take layout files"):
        FolderStore(tmp_path / "files").put(CONTENT)


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment that names no store yet."""
    monkeypatch.delenv("FAPIAO_FILES", raising=False)
    monkeypatch.delenv("FAPIAO_HOME", raising=False)
    yield monkeypatch
    file_store._opened.cache_clear()


def test_files_lie_in_the_data_folder_unless_a_place_is_named(surroundings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    surroundings.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    file_store.file_store().put(CONTENT)
    surroundings.setenv("FAPIAO_FILES", str(tmp_path / "elsewhere"))
    file_store.file_store().put(CONTENT)
    surroundings.setenv("FAPIAO_FILES", f"file://{tmp_path}/objects")
    assert isinstance(file_store.file_store(), ObjectStore)
    assert stored(tmp_path) == [f"elsewhere/{HASH[:2]}/{HASH}", f"home/files/{HASH[:2]}/{HASH}"]


def test_without_any_word_they_lie_beside_the_project_like_everything_else(surroundings: pytest.MonkeyPatch) -> None:
    from launcher.home import ROOT

    assert data_folder() == ROOT / ".fapiao"


@pytest.mark.parametrize("scheme", ["s3", "nowhere"])
def test_a_store_whose_driver_is_not_installed_is_a_sentence(scheme: str, surroundings: pytest.MonkeyPatch) -> None:
    """The lock carries no S3 provider: whoever wants one adds it."""
    surroundings.setenv("FAPIAO_FILES", f"{scheme}://bucket/files")
    with pytest.raises(Unusable, match="install the Airflow provider"):
        file_store.file_store()


@pytest.mark.finding("F92")
def test_a_writer_that_is_frozen_holds_up_the_next_one_for_the_limit_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tighten(monkeypatch, silent_seconds=1)
    part = tmp_path / HASH[:2] / f"{HASH}.part"
    part.parent.mkdir()
    with part.open("wb") as frozen:
        fcntl.flock(frozen, fcntl.LOCK_EX)
        frozen.write(CONTENT[:3])
        begun = time.monotonic()
        assert FolderStore(tmp_path).put(CONTENT) == HASH
        assert time.monotonic() - begun < 20
    assert FolderStore(tmp_path).read(HASH) == CONTENT
