"""Reads a workbook once in a process of its own, where its reader may take what the file announces, or end."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from fapiao.bounds import bound
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.scratch import scratch_file
from fapiao.errors import Unusable

_READ = """
import os, resource, sys
path, memory, seconds = sys.argv[1], int(sys.argv[2]) << 20, int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
try:
    book = CalamineWorkbook.from_path(path)
    if path.endswith(".xlsx"):
        for name in book.sheet_names:
            book.get_sheet_by_name(name)
except (CalamineError, PasswordError):
    pass
os._exit(0)
"""
"""Leaves without taking apart what it read; an .xls is read whole when it is opened."""


@contextmanager
def on_trial(content: bytes, kind: Literal["xls", "xlsx"], where: str) -> Iterator[None]:
    """Reads while the caller looks into the file himself; what he raises ends it.

    Raises FileRefusal where the reader takes more memory or time than its bounds, or ends its process, and Unusable
    where the machine has no room for it.
    """
    memory, seconds = bound("trial_mebibytes"), bound("trial_seconds")
    with scratch_file(content, f".{kind}") as given:
        reader = _started([sys.executable, "-I", "-c", _READ, given, str(memory.value), str(seconds.value)])
        try:
            yield
            failed = reader.wait(timeout=4 * seconds.value)
        except subprocess.TimeoutExpired as endless:
            raise FileRefusal(seconds.said(), where) from endless
        finally:
            reader.kill()
            reader.wait()
    if failed:
        raise FileRefusal(memory.said(), where)


def _started(command: list[str]) -> "subprocess.Popen[bytes]":
    """The reader. Raises Unusable where the machine has no room for one more process: no file is to blame."""
    nowhere = subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    except OSError as error:
        raise Unusable(f"no process can be started to read a workbook ({error.strerror}): try again later") from error
