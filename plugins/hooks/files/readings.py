"""Which files are being read, by their hash: what ends a process leaves no other trace of what it was at."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from fapiao.errors import BadInput, Unusable
from fapiao.rules.book import rulebook
from hooks.files.inbox import inbox, results

MOST_BROKEN = 2
"""Readers that may end over one file before it is set aside."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def reading(sha256: str, name: str) -> Iterator[None]:
    """Notes that the bytes of that hash are being read, whoever asked for it, until they have been.

    Raises BadInput where readers ended over them twice before; handed in again they are tried again. A reader holds a
    lock on its note, which ends with its process: a note without one is of a reader that ended. Raises Unusable.
    """
    folder = results(inbox()) / "reading" / sha256
    try:
        lock = _noted(folder)
    except OSError as error:
        raise Unusable(
            f"{folder.parent} does not take notes of what is read ({error.strerror}): set FAPIAO_INBOX_RESULTS"
        ) from error
    if lock is None:
        raise BadInput([f"{name}：{rulebook().message('file_breaks_workers', 'import')}"])
    try:
        yield
    finally:
        os.close(lock)
        with suppress(OSError):
            _forget(folder)
            folder.rmdir()


def _noted(folder: Path) -> int | None:
    """The lock of a note of our own; None where enough readers have ended, whose notes go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sum(map(_is_of_the_dead, folder.iterdir())) >= MOST_BROKEN:
        _forget(folder)
        return None
    lock = os.open(folder / uuid4().hex, _NEW, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _forget(folder: Path) -> None:
    """Readers that ended, one way or the other: what comes to its end proves that the bytes can be read."""
    for note in folder.iterdir():
        if _is_of_the_dead(note):
            note.unlink(missing_ok=True)


def _is_of_the_dead(note: Path) -> bool:
    try:
        opened = os.open(note, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # its reader came to an end meanwhile
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(opened)
    return True
