"""Reads an .xls once in a process of its own: its reader allocates what the file announces, and a failure ends it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile

from fapiao.bounds import bound
from fapiao.bureau_files.records import FileRefusal

_READ = """
import os, resource, sys
path, memory, seconds = sys.argv[1], int(sys.argv[2]) << 20, int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
try:
    book = CalamineWorkbook.from_path(path)
except (CalamineError, PasswordError):
    pass
os._exit(0)
"""
"""Leaves without taking apart what it read."""


@contextmanager
def on_trial(content: bytes, where: str) -> Iterator[None]:
    """Reads while the caller looks into the file himself; what he raises ends it.

    Raises FileRefusal where the reader takes more memory or time than is allowed, or ends its process.
    """
    memory, seconds = bound("old_mebibytes"), bound("old_seconds")
    with NamedTemporaryFile() as given:
        given.write(content)
        given.flush()
        command = [sys.executable, "-I", "-c", _READ, given.name, str(memory.value), str(seconds.value)]
        reader = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
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
