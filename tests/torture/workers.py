"""The worker processes of the driver: started within milliseconds, killed, frozen and woken by their pid."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PATIENCE_SECONDS = 60.0
"""Real time in which something must move; longer than the pool's own limits for a lock or a silent client."""
_HOST = Path(__file__).with_name("worker_host.py")


@dataclass
class Worker:
    """One process; `ended` is its exit code, negative where a signal ended it."""

    number: int
    kind: str
    order: Mapping[str, Any]
    started: float = field(default_factory=time.monotonic)
    pid: int = 0
    frozen: bool = False
    ended: int | None = None
    finished: float = 0.0
    said: str = ""

    @property
    def done(self) -> bool:
        """Whether it did what it was told, to the end."""
        return self.ended == 0


class Workers:
    """The processes that a host forks; `environment` is asked anew for each of them."""

    def __init__(self, host: subprocess.Popen, log: Path, environment: Callable[[], Mapping[str, str]]) -> None:
        self._host, self._log = host, log
        self._environment = environment
        self._all: dict[int, Worker] = {}
        self._alive: dict[int, Worker] = {}
        self._lock = threading.Lock()
        self._host.stdout.readline()  # it has imported everything
        self._listener = threading.Thread(target=self._listen, name="workers", daemon=True)
        self._listener.start()

    def start(self, kind: str, **order: Any) -> Worker:
        """One more process that does this."""
        with self._lock:
            worker = self._all[len(self._all)] = Worker(len(self._all), kind, order)
            self._alive[worker.number] = worker
        line = {"number": worker.number, "order": {"kind": kind, **order}, "environment": self._environment()}
        self._host.stdin.write(json.dumps(line).encode() + b"\n")
        self._host.stdin.flush()
        return worker

    def get(self, number: int) -> Worker:
        """The worker of a number."""
        return self._all[number]

    @property
    def started(self) -> int:
        """How many there were."""
        return len(self._all)

    def running(self) -> list[Worker]:
        """Those that live, oldest first."""
        return [one for one in self.unfinished() if one.pid]

    def unfinished(self) -> list[Worker]:
        """Those that live or are about to."""
        return [one for one in list(self._alive.values()) if one.ended is None]

    def kill(self, worker: Worker) -> None:
        """kill -9."""
        self._signal(worker, signal.SIGKILL)

    def freeze(self, worker: Worker) -> None:
        """It stands still, whatever it holds, until it is woken."""
        worker.frozen = True
        self._signal(worker, signal.SIGSTOP)

    def wake(self, worker: Worker) -> None:
        """It goes on where it stood still."""
        worker.frozen = False
        self._signal(worker, signal.SIGCONT)

    def ended(self, workers: list[Worker], progress: Callable[[], object]) -> None:
        """Waits for their ends, as long as `progress` changes. Raises AssertionError with what a worker is doing instead."""
        before = object()
        while left := self.wait(workers, _PATIENCE_SECONDS):
            before, now = progress(), before
            if before == now:
                worker = left[0]
                raise AssertionError(
                    f"{worker.kind} {worker.order} does not end in a healthy world:\n{self._doing(worker)}"
                )

    def _doing(self, worker: Worker) -> str:
        """Where its threads are, by its own word in the log."""
        before = self._log.stat().st_size
        self._signal(worker, signal.SIGUSR1)
        time.sleep(0.5)
        return self._log.read_bytes()[before:].decode(errors="replace")

    def wait(self, workers: list[Worker], seconds: float) -> list[Worker]:
        """Waits for their ends; those that are still there afterwards."""
        end = time.monotonic() + seconds
        while (left := [one for one in workers if one.ended is None]) and time.monotonic() < end:
            time.sleep(0.01)
        return left

    def close(self) -> None:
        """Ends the host and whoever is left."""
        self._host.stdin.close()
        self._host.wait()
        self._listener.join()
        self._host.stdout.close()

    def _signal(self, worker: Worker, number: int) -> None:
        if worker.pid and worker.ended is None:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, number)

    def _listen(self) -> None:
        for line in self._host.stdout:
            said = json.loads(line)
            worker = self._all[said["number"]]
            if "pid" in said:
                worker.pid = said["pid"]
            else:
                self._alive.pop(worker.number)
                worker.said, worker.ended, worker.finished = said["said"], said["ended"], time.monotonic()


@contextmanager
def worker_host(clock_file: Path, log: Path, environment: Callable[[], Mapping[str, str]]) -> Iterator[Workers]:
    """A host that ends with the block, and its workers with it."""
    with log.open("wb") as errors:
        command = [sys.executable, str(_HOST), str(clock_file)]
        host = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        workers = Workers(host, log, environment)
        try:
            yield workers
        finally:
            workers.close()
