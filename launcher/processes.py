"""Process sessions: each part of the stack leads one, and whatever it leaves behind is found and ended by it.

A process is known by its number and its birth, because systems give numbers away again.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping

import psutil

GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
TICKS = os.sysconf("SC_CLK_TCK")
"""How many a second."""


def find(pid: int, born: str | None = None) -> psutil.Process | None:
    """The process that lives under the number, a zombie does not; with `born` only if it began then."""
    try:
        process = psutil.Process(pid)
        same = born in (None, _birth(process))
        return process if same and process.status() not in GONE else None
    except (psutil.NoSuchProcess, ValueError):
        return None


def alive(pid: int, born: str | None = None) -> bool:
    """Whether `find` finds it."""
    return find(pid, born) is not None


def birth(pid: int) -> str:
    """When the process began, in ticks after the machine did; '' if it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return _birth(psutil.Process(pid))
    return ""


def _birth(process: psutil.Process) -> str:
    """Both times are of one clock, so that setting it changes nothing."""
    return str(round((process.create_time() - psutil.boot_time()) * TICKS))


def session_members(leader: int, born: str) -> list[psutil.Process]:
    """Living processes of the session that `leader` began at `born`, the leader included."""
    if _is_another_now(leader, born):
        return []
    return [one for one in psutil.process_iter() if _session(one.pid) == leader and alive(one.pid)]


def _is_another_now(leader: int, born: str) -> bool:
    """Whether the number was given away again."""
    return alive(leader) and not alive(leader, born)


def _session(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        return os.getsid(pid)
    return None


def end_sessions(leaders: Mapping[int, str], patience: float, number: signal.Signals = signal.SIGTERM) -> None:
    """The signal to the leaders only, `patience` seconds, then SIGKILL to all that is left of their sessions.

    Airflow's LocalExecutor hangs when its workers are told along with it, so they are not.
    """
    for leader, born in leaders.items():
        send(leader, born, number)
    wait_until(lambda: not any(alive(leader, born) for leader, born in leaders.items()), patience)
    known = {leader for leader, born in leaders.items() if not _is_another_now(leader, born)}
    for process in psutil.process_iter():
        if _session(process.pid) in known:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def send(pid: int, born: str, number: signal.Signals) -> None:
    """A signal to this very process; one that is gone needs none. psutil asks once more whether it is the same."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if process := find(pid, born):
            process.send_signal(number)


def wait_until(true: Callable[[], bool], patience: float, step: float = 0.1) -> bool:
    """Whether it became true within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
