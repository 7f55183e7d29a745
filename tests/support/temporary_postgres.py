"""A Postgres that lives as long as the test process and not a moment longer, even if that one is killed."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from launcher.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")
LEAST_MEMORY_BYTES = 4 * 2**30
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "timezone": os.environ.get("TZ", "UTC"),
}
"""Fast, and lost with the machine; the time zone follows TZ so that no statement may lean on it."""

GUARD = """
import os, shutil, subprocess, sys
folder, launcher = sys.argv[1:]
sys.stdin.read()
subprocess.run([sys.executable, launcher, "down"], env=os.environ | {"FAPIAO_HOME": folder}, stdout=subprocess.DEVNULL)
shutil.rmtree(folder)
"""


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that can be a FAPIAO_HOME and that any account may enter: the one that runs Postgres for root must.

    A guard process waits for the end of this one, however it comes, stops what runs in the folder and removes it.
    """
    folder = Path(tempfile.mkdtemp(prefix="fapiao-test-", dir=_quick_place()))
    folder.chmod(0o755)
    command = [sys.executable, "-c", GUARD, str(folder), str(ROOT / "launcher")]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield folder
    finally:
        guard.communicate()


def _quick_place() -> Path | None:
    """Memory if there is enough: copying a database costs 20 ms there and up to half a second on a disk."""
    enough = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > LEAST_MEMORY_BYTES
    return MEMORY if enough else None


@contextlib.contextmanager
def temporary_postgres() -> Iterator[EmbeddedPostgres]:
    """A running server with fsync off, gone at the end."""
    with temporary_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres", settings=CARELESS)
        server.start()
        yield server
