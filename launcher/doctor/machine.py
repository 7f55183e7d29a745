"""The machine: Python, the disk of the data folder."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from hooks.files.data_folder import data_folder
from launcher.cluster import LEAST_FREE_BYTES
from launcher.doctor.findings import Finding, doubtful, well, wrong

OLDEST, NEWEST = (3, 11), (3, 13)
COMFORTABLE_BYTES = 2 * 2**30


def machine() -> Iterator[Finding]:
    """Python, then the disk."""
    yield python(sys.version_info[:2])
    yield disk(data_folder())


def python(version: tuple[int, int]) -> Finding:
    """Whether this Python is one that the locked requirements are made for."""
    said = f"{platform.python_version()} in {sys.prefix}"
    if OLDEST <= version <= NEWEST:
        return well("python", said)
    return wrong("python", said, "install Python 3.11, 3.12 or 3.13 and remove .venv")


def disk(folder: Path, free: int | None = None) -> Finding:
    """Whether the data folder can be written and has room; one that is not there yet is looked at by its parent."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    left = shutil.disk_usage(there).free if free is None else free
    said = f"{left / 2**30:.1f} GiB free at {folder}"
    if not os.access(there, os.W_OK):
        return wrong("disk", f"{folder} cannot be written", "set FAPIAO_HOME to a folder of yours")
    if left < LEAST_FREE_BYTES:
        return wrong("disk", said, "free some space, or set FAPIAO_HOME to another disk")
    if left < COMFORTABLE_BYTES:
        return doubtful("disk", said, "free some space before it is full, or set FAPIAO_HOME to another disk")
    return well("disk", said)
