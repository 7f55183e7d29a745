"""The machine: Python, the disk of the data folder."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from fapiao.texts.catalogue import sentence
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
    said = sentence("doctor.python", version=platform.python_version(), folder=sys.prefix)
    if OLDEST <= version <= NEWEST:
        return well("python", said)
    return wrong("python", said, sentence("doctor.install_python"))


def disk(folder: Path, free: int | None = None) -> Finding:
    """Whether the data folder can be written and has room; one that is not there yet is looked at by its parent."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    left = shutil.disk_usage(there).free if free is None else free
    said = sentence("doctor.free", free=f"{left / 2**30:.1f}", folder=folder)
    if not os.access(there, os.W_OK):
        return wrong("disk", sentence("doctor.not_writable", folder=folder), sentence("doctor.own_folder"))
    if left < LEAST_FREE_BYTES:
        return wrong("disk", said, sentence("doctor.free_some"))
    if left < COMFORTABLE_BYTES:
        return doubtful("disk", said, sentence("doctor.free_some_soon"))
    return well("disk", said)
