"""Where the files of the inbox end up: a folder of the workers' own, each file with its sentence, none over another."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from fapiao.errors import Unusable
from fapiao.shown import visible
from hooks.files.store import digest

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST_NAME = 200
"""Bytes of a name; 255 are possible, and what tells files of one name apart and the sentence's suffix are added."""
_MOST_OF_A_NAME = 10_000


class ResultFolder:
    """One folder of results, open: everything in it is named from there. Raises Unusable where there can be none."""

    def __init__(self, results: Path, state: str) -> None:
        self._place = results / state
        try:
            results.mkdir(mode=0o700, parents=True, exist_ok=True)
            above = os.open(results, _FOLDER)
            try:
                _make(state, above)
                self._held = os.open(state, _FOLDER, dir_fd=above)
            finally:
                os.close(above)
        except OSError as error:
            raise Unusable(
                f"{self._place} cannot be a folder of results ({error.strerror}): it must be no link, and workers must "
                "be allowed to write there; set FAPIAO_INBOX_RESULTS to another folder"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._held)

    def take(self, name: str, source: int, sentence: str) -> str:
        """Moves a file out of the folder `source` (its descriptor); returns its name here. Raises OSError."""
        for one in _names(name):
            if not self._write(one, b""):
                continue
            try:
                if self._write(f"{one}.txt", f"{sentence}\n".encode(errors="backslashreplace")):
                    return self._move(name, source, one)
            except OSError:
                self._forget(one, f"{one}.txt")
                raise
            self._forget(one)
        raise OSError(errno.EEXIST, "too many files of one name")

    def _forget(self, *names: str) -> None:
        """Removes what was begun here."""
        for name in names:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._held)

    def _write(self, name: str, content: bytes) -> bool:
        """A new file; False where one of that name is there, whatever it is."""
        try:
            opened = os.open(name, _NEW, 0o600, dir_fd=self._held)
        except FileExistsError:
            return False
        with open(opened, "wb") as target:  # noqa: PTH123 a path would follow links
            target.write(content)
        return True

    def _move(self, name: str, source: int, here: str) -> str:
        try:
            os.rename(name, here, src_dir_fd=source, dst_dir_fd=self._held)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._forget(here)
            return self._copy(name, source, here)
        return here

    def _copy(self, name: str, source: int, here: str) -> str:
        """From another disk."""
        opened = os.open(name, _PLAIN, dir_fd=source)
        with (
            open(opened, "rb") as old,  # noqa: PTH123
            open(os.open(here, _NEW, 0o600, dir_fd=self._held), "wb") as new,  # noqa: PTH123
        ):
            shutil.copyfileobj(old, new)
        os.unlink(name, dir_fd=source)
        return here


def _make(name: str, above: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=above)
    except FileExistsError:
        return


def _names(name: str) -> Iterator[str]:
    """Names that a file may have here: visible, short enough, and apart from others of the same name."""
    path = PurePosixPath(visible(name).replace("/", "_"))
    stem, suffix = path.stem or "_", path.suffix[:20]
    if len(name.encode(errors="backslashreplace")) > _LONGEST_NAME or len(str(path).encode()) > _LONGEST_NAME:
        kept = stem.encode()[: _LONGEST_NAME - 40].decode(errors="ignore")
        stem = f"{kept}_{digest(name.encode(errors='backslashreplace'))[:12]}"
    yield f"{stem}{suffix}"
    for number in range(2, _MOST_OF_A_NAME):
        yield f"{stem}_{number}{suffix}"
