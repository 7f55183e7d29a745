"""The running stack as others see it: who runs it, its parts, its address, its health."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fapiao.errors import Unusable
from launcher.home import home
from launcher.local_program import LocalProgram
from launcher.processes import alive, birth, end_sessions

PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
MONITORED = ("metadatabase", "scheduler", "dag_processor", "triggerer")
PATIENCE_SECONDS = 20.0


@dataclass
class Part:
    """One process of the stack; it leads a session of its own."""

    pid: int
    born: str

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

    @property
    def url(self) -> str:
        """Where people and programs find Airflow."""
        return f"http://127.0.0.1:{self.port}"

    def save(self) -> None:
        """Write stack.json whole or not at all."""
        fresh = _file().with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        fresh.replace(_file())

    def unhealthy(self) -> list[str]:
        """Which of Airflow's parts do not say that they are healthy."""
        try:
            health = LocalProgram("Airflow", self.url).ask("/api/v2/monitor/health", timeout=5)
        except Unusable:
            return ["api-server"]
        return [name for name in MONITORED if (health.get(name) or {}).get("status") != "healthy"]


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
    return Stack(found["port"], Part(**found["supervisor"]), parts, found["simulator_url"])


def running_stack() -> Stack | None:
    """The stack of this home if its supervisor lives."""
    stack = known_stack()
    return stack if stack and stack.supervisor.alive else None


def end_parts(parts: dict[str, Part], patience: float = PATIENCE_SECONDS) -> None:
    """End the parts and everything they started."""
    end_sessions({part.pid: part.born for part in parts.values()}, patience)


def forget() -> None:
    """Nothing runs any more."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return home() / "stack.json"
