"""A simulator process for the length of a command: started on free ports, seeded, asked to end."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.guard import NEEDED_TO_THE_END, ended_here, start
from launcher.home import logs
from launcher.local_program import CallRefused, LocalProgram
from launcher.processes import wait_until

START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Simulation:
    """Where a started simulator listens: plane L and its control room."""

    url: str
    admin_url: str

    def order(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One order to the control room; without a body, what it shows. Raises Unusable when it refuses."""
        try:
            return LocalProgram(sentence("rehearsal.simulator"), self.admin_url).ask(f"/_sim/{path}", body, timeout=60)
        except CallRefused as refused:
            raise Unusable(sentence("rehearsal.simulator_refuses", path=path, reason=refused.text)) from refused


@contextmanager
def simulation(day: date | None, key: str) -> Iterator[Simulation]:
    """A simulator whose clock stands on `day`, or runs where that is None; gone at the end of the block.

    Raises Unusable when it does not start.
    """
    log = logs() / "simulator.log"
    with TemporaryDirectory() as folder, log.open("ab") as output:
        ports = Path(folder) / "ports.json"
        command = [sys.executable, "-m", "simulator", "--host", "127.0.0.1", "--port", "0", "--admin-port", "0"]
        command += ["--port-file", str(ports), "--key", key, *(["--date", day.isoformat()] if day else [])]
        with ended_here(start(command, output, manner=NEEDED_TO_THE_END), NEEDED_TO_THE_END) as process:
            found = _wait_for(process, ports, log)
            yield Simulation(f"http://127.0.0.1:{found['leqi']}", f"http://127.0.0.1:{found['admin']}")


def _wait_for(process: subprocess.Popen[bytes], ports: Path, log: Path) -> dict[str, int]:
    wait_until(lambda: ports.exists() or process.poll() is not None, START_SECONDS, step=0.05)
    if not ports.exists():
        raise Unusable(sentence("rehearsal.no_simulator", log=log))
    found: dict[str, int] = json.loads(ports.read_text(encoding="utf-8"))
    return found
