"""Writes a file that somebody named: it appears whole or not at all, and never in the place of anything but a file."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EISDIR
from pathlib import Path

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """A name beside the file to write under; it becomes the file at the end, or is gone.

    Raises Unusable where the disk does not take it, or a folder, a device or a pipe stands in its place.
    """
    with _disk_errors(file):
        target = _target(file)
    unfinished = _unfinished(target)
    try:
        with _disk_errors(file):
            unfinished.touch()
            yield unfinished
            unfinished.replace(target)
    finally:
        with suppress(OSError):
            unfinished.unlink()


def check_place(file: Path) -> None:
    """Raises Unusable, as written_whole does, where the file cannot be written: before what it tells of is done."""
    with _disk_errors(file):
        unfinished = _unfinished(_target(file))
        unfinished.touch()
        unfinished.unlink()


def _target(file: Path) -> Path:
    """Where a link leads: what is written under its name belongs there. Raises Unusable and OSError."""
    if file.is_dir():
        raise IsADirectoryError(EISDIR, "a folder")
    if file.exists() and not file.is_file():
        raise Unusable(sentence("written_files.no_file", file=file))
    return file.resolve()


def _unfinished(file: Path) -> Path:
    return file.with_name(f"{file.name}.{os.getpid()}.part")


@contextmanager
def _disk_errors(file: Path) -> Iterator[None]:
    """What the disk says against a file, as the sentence for people."""
    try:
        yield
    except (OSError, RuntimeError) as failure:
        reason = _reason(failure)
        if reason is None:
            raise
        raise Unusable(sentence("written_files.not_written", file=file, reason=reason)) from failure


def _reason(failure: OSError | RuntimeError) -> str | None:
    """What the operating system says; the writer has its number only in its text. None for what is no disk's fault."""
    number = getattr(failure, "errno", None)
    named = re.search(r"\(os error (\d+)\)", str(failure))
    if number is None and named:
        number = int(named[1])
    return None if number is None else os.strerror(number)
