"""Process sessions: each part of the stack leads one, and whatever it leaves behind is found and ended by it."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")
_STATE, _SESSION, _STARTED = 0, 3, 19
"""Places in /proc/<pid>/stat, counted behind the program's name."""


def alive(pid: int) -> bool:
    """Whether the process lives; a zombie does not."""
    if PROC.joinpath("self").exists():
        fields = _fields(pid)
        return fields is not None and fields[_STATE] not in "ZX"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def birth(pid: int) -> str:
    """When the process began, as the system counts; with it a reused number is told from the old one. '' if gone."""
    fields = _fields(pid)
    return fields[_STARTED] if fields else ""


def session_members(leader: int, born: str) -> list[int]:
    """Living processes of the session that `leader` began at `born`, the leader included."""
    if alive(leader) and birth(leader) != born:
        return []
    if not PROC.joinpath("self").exists():
        return [leader] if alive(leader) else []
    members = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in members if (fields := _fields(pid)) and fields[_SESSION] == str(leader) and alive(pid)]


def end_sessions(leaders: dict[int, str], patience: float) -> None:
    """SIGTERM to the leaders only, `patience` seconds, then SIGKILL to all that is left of their sessions.

    Airflow's LocalExecutor hangs when its workers are told along with it, so they are not.
    """
    for leader, born in leaders.items():
        if birth(leader) == born:
            send(leader, signal.SIGTERM)
    wait_until(lambda: not any(alive(leader) and birth(leader) == born for leader, born in leaders.items()), patience)
    for leader, born in leaders.items():
        _kill(session_members(leader, born))


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        send(pid, signal.SIGKILL)


def send(pid: int, number: signal.Signals) -> None:
    """A signal to one process; one that is gone needs none."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(true: Callable[[], bool], patience: float, step: float = 0.1) -> bool:
    """Whether it became true within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


def _fields(pid: int) -> list[str] | None:
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
