"""Real workers that freeze where a test says; frozen_worker.py is the process that forks them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FROZEN = Path(__file__).with_name("frozen_worker.py")
SILENT = 2
BOUNDS = {"silent_seconds": SILENT, "lock_seconds": 20}
"""So short that a test need not wait for a lease; FAPIAO_PROOF tells the tests that have the real ones."""


class FrozenWorkers:
    """A process that forks workers; each may freeze, and goes on when the test lets it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def begin(self, **order: Any) -> int:
        """Begins a worker; its pid once it is frozen, 0 where it came to its end."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"bounds": BOUNDS} | order) + "\n")
        self._process.stdin.flush()
        return int(self._answer()["frozen"])

    @contextmanager
    def frozen(self, **order: Any) -> Iterator[dict[str, Any]]:
        """A frozen worker; woken behind the block, how it ended stands in what is yielded."""
        pid, ended = self.begin(**order), dict[str, Any]()
        assert pid, f"it never came to {order.get('freeze')}: {self._answer()}"
        try:
            yield ended
            assert state(pid) == "T", "it is still frozen"
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            ended |= self._answer()

    def work(self, **order: Any) -> dict[str, Any]:
        """A worker that nothing freezes, to its end."""
        assert not self.begin(**order)
        return self._answer()


def state(pid: int) -> str:
    """What /proc says a process does; T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def frozen_workers() -> Iterator[FrozenWorkers]:
    """The process, ended behind the block."""
    with subprocess.Popen(
        [sys.executable, str(FROZEN)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield FrozenWorkers(process)
        assert process.stdin
        process.stdin.close()
