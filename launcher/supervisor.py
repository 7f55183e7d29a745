"""Starts the parts of the stack in order, starts again what dies, and stops them in the way Airflow survives."""

import subprocess
import sys
import threading
import time
from pathlib import Path

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher import stack_simulator
from launcher.airflow_env import login_is_ours
from launcher.guard import NEEDED_TO_THE_END, ORDINARY, guard, release, start
from launcher.home import logs
from launcher.processes import birth, wait_until
from launcher.stack import PARTS, Part, Stack, end_parts, forget, me

SIMULATOR = "simulator"
SIMULATOR_PATIENCE_SECONDS = 120.0
LONGEST_PAUSE_SECONDS = 60.0
# their log servers would listen to the whole network, and the logs lie on this machine anyway
QUIET = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}


class Supervisor:
    """Keeps the parts alive until told to stop; `environment` is Airflow's.

    `simulated`: the simulator is its bureau.
    """

    def __init__(self, port: int, environment: dict[str, str], *, simulated: bool) -> None:
        self._simulated = simulated
        self.stack = Stack(port, me(), login_is_ours=login_is_ours(environment))
        self.told_to_stop = threading.Event()
        self._environment = environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._not_before: dict[str, float] = {}

    def run(self) -> None:
        """Start everything, watch it, stop everything; returns after `told_to_stop`."""
        try:
            if self._simulated:
                self._start_simulator()
            for name in PARTS[:-1]:
                self._start(name)
            self._watch(until_it_answers=True)
            if not self.told_to_stop.is_set():
                self._start(PARTS[-1])
            self._watch()
        finally:
            self._stop()

    def _watch(self, *, until_it_answers: bool = False) -> None:
        """Restart what dies, until told to stop or, where that is asked, the api-server takes the calls of tasks."""
        while not self.told_to_stop.wait(1.0):
            guard().see_to()
            self._restart_the_dead()
            if until_it_answers and self.stack.answers:
                return

    def _stop(self) -> None:
        parts = self.stack.parts
        end_parts({name: part for name, part in parts.items() if name != SIMULATOR})
        end_parts(parts, NEEDED_TO_THE_END.patience)
        for part in parts.values():
            release(part.pid)
        forget()

    def _start_simulator(self) -> None:
        key = stack_simulator.sm4_key()
        stack_simulator.port_file().unlink(missing_ok=True)
        self._environment[stack_simulator.KEY_VARIABLE] = key
        self._start(SIMULATOR)
        wait_until(self._simulator_is_there_or_never, SIMULATOR_PATIENCE_SECONDS)
        if self.told_to_stop.is_set():
            return
        if not stack_simulator.port_file().exists():
            raise Unusable(sentence("services.no_simulator", log=log_of(SIMULATOR)))
        self.stack.simulator_url = stack_simulator.url()
        self._environment |= stack_simulator.connections(stack_simulator.url(), key)

    def _simulator_is_there_or_never(self) -> bool:
        ended = self._processes[SIMULATOR].poll() is not None
        return ended or self.told_to_stop.is_set() or stack_simulator.port_file().exists()

    def _start(self, name: str, deaths: int = 0) -> None:
        airflow = [sys.executable, "-m", "airflow", name, *QUIET.get(name, [])]
        command = stack_simulator.command() if name == SIMULATOR else airflow
        with log_of(name).open("ab") as log:
            process = start(
                command, log, self._environment, manner=NEEDED_TO_THE_END if name == SIMULATOR else ORDINARY
            )
        self._processes[name] = process
        self.stack.parts[name] = Part(process.pid, birth(process.pid), deaths)
        self.stack.save()

    def _restart_the_dead(self) -> None:
        """A part that ended comes back at once, after 2, 4, … 60 seconds; what it left behind goes first."""
        for name, process in list(self._processes.items()):
            if process.poll() is None or time.monotonic() < self._not_before.get(name, 0.0):
                continue
            ended = self.stack.parts[name]
            end_parts({name: ended}, patience=0.0)
            release(ended.pid)
            print(sentence("services.again", name=name, code=process.returncode), flush=True)
            self._start(name, ended.deaths + 1)
            self._not_before[name] = time.monotonic() + min(2.0 ** (ended.deaths + 1), LONGEST_PAUSE_SECONDS)


def log_of(name: str) -> Path:
    """Where a part writes."""
    return logs() / f"{name}.log"
