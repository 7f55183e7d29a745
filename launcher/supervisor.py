"""Starts the parts of the stack, starts again what dies, and stops them in the way Airflow survives."""

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from fapiao.errors import Unusable
from launcher import stack_simulator
from launcher.home import ROOT, logs
from launcher.processes import birth, wait_until
from launcher.stack import PARTS, Part, Stack, end_parts, forget, me

SIMULATOR = "simulator"
SIMULATOR_PATIENCE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 60.0
# their log servers would listen to the whole network, and the logs lie on this machine anyway
QUIET = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}


class Supervisor:
    """Keeps the parts alive until told to stop; `environment` is Airflow's."""

    def __init__(self, port: int, environment: dict[str, str]) -> None:
        self.stack = Stack(port, me())
        self.told_to_stop = threading.Event()
        self._environment = environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, int] = {}
        self._not_before: dict[str, float] = {}

    def run(self) -> None:
        """Start everything, watch it, stop everything; returns after `told_to_stop`."""
        try:
            if stack_simulator.needed():
                self._start_simulator()
            for name in PARTS:
                self._start(name)
            while not self.told_to_stop.wait(1.0):
                self._restart_the_dead()
        finally:
            end_parts({name: part for name, part in self.stack.parts.items() if name != SIMULATOR})
            end_parts(self.stack.parts)
            forget()

    def _start_simulator(self) -> None:
        key = stack_simulator.sm4_key()
        stack_simulator.port_file().unlink(missing_ok=True)
        self._environment[stack_simulator.KEY_VARIABLE] = key
        self._start(SIMULATOR)
        if not wait_until(stack_simulator.port_file().exists, SIMULATOR_PATIENCE_SECONDS):
            raise Unusable(f"The simulator does not start; {log_of(SIMULATOR)} says why.")
        self.stack.simulator_url = stack_simulator.url()
        self._environment |= stack_simulator.connections(stack_simulator.url(), key)

    def _start(self, name: str) -> None:
        airflow = [sys.executable, "-m", "airflow", name, *QUIET.get(name, [])]
        command = stack_simulator.command() if name == SIMULATOR else airflow
        with log_of(name).open("ab") as log:
            process = detached(command, log, self._environment)
        self._processes[name] = process
        self.stack.parts[name] = Part(process.pid, birth(process.pid))
        self.stack.save()

    def _restart_the_dead(self) -> None:
        """A part that ended comes back at once, after 2, 4, … 60 seconds; what it left behind goes first."""
        for name, process in list(self._processes.items()):
            if process.poll() is None or time.monotonic() < self._not_before.get(name, 0.0):
                continue
            end_parts({name: self.stack.parts[name]}, patience=0.0)
            print(f"{name} ended with {process.returncode}; starting it again", flush=True)
            self._start(name)
            self._deaths[name] = self._deaths.get(name, 0) + 1
            self._not_before[name] = time.monotonic() + min(2.0 ** self._deaths[name], LONGEST_PAUSE_SECONDS)


def detached(
    command: Sequence[str], output: BinaryIO, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, which outlives ours; all it says goes into `output`."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def log_of(name: str) -> Path:
    """Where a part writes."""
    return logs() / f"{name}.log"
