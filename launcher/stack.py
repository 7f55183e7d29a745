"""The running stack as others see it: who runs it, its parts, its address, its health."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fapiao.errors import Unusable
from hooks.files.data_folder import data_folder
from launcher.guard import PATIENCE_SECONDS
from launcher.home import home
from launcher.local_program import LocalProgram
from launcher.processes import alive, birth, end_sessions

API_SERVER = "api-server"
PARTS = (API_SERVER, "dag-processor", "triggerer", "scheduler")
"""In the order of their start: tasks begin with the scheduler, and every task talks to the api-server."""
MONITORED = ("metadatabase", "scheduler", "dag_processor", "triggerer")


@dataclass
class Part:
    """One process of the stack; it leads a session of its own, and took the place of `deaths` others that ended."""

    pid: int
    born: str
    deaths: int = 0

    @property
    def alive(self) -> bool:
        """Whether this very process lives."""
        return alive(self.pid, self.born)


@dataclass
class Stack:
    """What the supervisor keeps in stack.json."""

    port: int
    supervisor: Part
    parts: dict[str, Part] = field(default_factory=dict)
    simulator_url: str = ""
    login_is_ours: bool = True

    @property
    def url(self) -> str:
        """Where people and programs find Airflow."""
        return f"http://127.0.0.1:{self.port}"

    def save(self) -> None:
        """Write stack.json whole or not at all."""
        fresh = _file().with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        fresh.replace(_file())

    @property
    def answers(self) -> bool:
        """Whether the api-server does."""
        return API_SERVER not in self.unhealthy()

    def unhealthy(self) -> list[str]:
        """Which of Airflow's parts do not say that they are healthy."""
        try:
            health = LocalProgram("Airflow", self.url).ask("/api/v2/monitor/health", timeout=5)
        except Unusable:
            return [API_SERVER]
        return [name for name in MONITORED if (health.get(name) or {}).get("status") != "healthy"]

    def troubled(self) -> list[str]:
        """`unhealthy`, and the parts whose process has ended: their heartbeat is believed for half a minute more."""
        ended = [name for name, part in self.parts.items() if not part.alive]
        said = [name for name in self.unhealthy() if name.replace("_", "-") not in ended]
        return [*ended, *said]


def me() -> Part:
    """This process."""
    return Part(os.getpid(), birth(os.getpid()))


def known_stack() -> Stack | None:
    """The stack of this home that was started last, alive or not."""
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    parts = {name: Part(**part) for name, part in found["parts"].items()}
    return Stack(
        found["port"], Part(**found["supervisor"]), parts, found["simulator_url"], found.get("login_is_ours", True)
    )


def running_stack() -> Stack | None:
    """The stack of this home if its supervisor lives."""
    stack = known_stack()
    return stack if stack and stack.supervisor.alive else None


@contextlib.contextmanager
def supervising() -> Iterator[bool]:
    """Whether this process alone supervises the stack of this home, within the block."""
    with (home() / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def supervised() -> bool:
    """Whether a supervisor of this home is at work: it may begin, or be about to end."""
    with supervising() as alone:
        return not alone


def end_parts(parts: Mapping[str, Part], patience: float = PATIENCE_SECONDS) -> None:
    """End the parts and everything they started."""
    end_sessions({part.pid: part.born for part in parts.values()}, patience)


def forget() -> None:
    """Nothing runs any more."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return data_folder() / "stack.json"
