"""What postmaster.pid says and whether it is still true: Postgres itself is fooled by zombies and reused numbers."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import psutil

from launcher.processes import find

NOBODYS_NUMBER = 2**31 - 1
"""A process number no system gives away."""

STARTERS = ("initdb", "pg_ctl", "postgres", "sh")


@dataclass(frozen=True)
class Postmaster:
    """The lines of postmaster.pid that matter here."""

    pid: int
    port: int
    ready: bool


def read_pid_file(data: Path) -> Postmaster | None:
    """The postmaster that `data` names; None when there is no file or Postgres is still writing it."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Postmaster(int(lines[0]), int(lines[3]), lines[-1].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def living(data: Path) -> Postmaster | None:
    """The postmaster of `data` if its process really lives and works on `data`."""
    postmaster = read_pid_file(data)
    return postmaster if postmaster and serves(postmaster.pid, data) else None


def serves(pid: int, data: Path) -> bool:
    """Whether the process lives, is no zombie, and is a Postgres on `data` rather than a later owner of the number."""
    process = find(pid)
    # whose words are hidden is another account's, and ours is asked for as the account that it runs as
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return process is not None and str(data) in process.cmdline()
    return False


def workers_on(data: Path) -> list[int]:
    """Whoever starts, makes or runs a Postgres in `data` or beside it, from initdb to the shell that pg_ctl begins."""
    return [one.pid for one in psutil.process_iter() if _names(one, str(data)) and find(one.pid)]


def _names(process: psutil.Process, data: str) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return process.name() in STARTERS and any(data in word for word in process.cmdline())
    return False


def disown_stale_pid_file(data: Path) -> None:
    """Give the pid file of a dead server a number that nobody has, so that Postgres sees it is dead.

    The other lines stay: by them Postgres finds children of the dead server that still use its shared memory.
    """
    postmaster = read_pid_file(data)
    if postmaster is None or serves(postmaster.pid, data):
        return
    pid_file = data / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    pid_file.write_text("\n".join([str(NOBODYS_NUMBER), *lines[1:], ""]), encoding="utf-8")
