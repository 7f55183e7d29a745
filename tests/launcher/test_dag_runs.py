"""A command that is ended takes the DAG run that it started along."""

import os
import signal
import sys
import time
from pathlib import Path
from threading import Thread
from types import FrameType

import pytest

from launcher import dag_runs

RUN = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # as the runner does: whoever began us may ignore it
try:
    Path({pid!r}).write_text(str(os.getpid()))
    Path({ready!r}).touch()
    time.sleep(120)
except KeyboardInterrupt:
    if {deaf}:
        time.sleep(120)
    Path({back!r}).touch()
"""


def end(_number: int, _frame: FrameType | None) -> None:
    """As the command line does for SIGTERM."""
    sys.exit(143)


def ring_once(ready: Path) -> None:
    """Ends the command as soon as its run is at work, however slow the machine."""
    while not ready.exists():
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGALRM)


@pytest.mark.finding("F30")
@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize(("handler", "raised"), [(end, SystemExit), (signal.default_int_handler, KeyboardInterrupt)])
def test_the_run_ends_with_its_command(
    handler: object, raised: type[BaseException], deaf: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid, back, ready, runner = tmp_path / "pid", tmp_path / "back", tmp_path / "ready", tmp_path / "runner.py"
    runner.write_text(RUN.format(pid=str(pid), back=str(back), ready=str(ready), deaf=deaf), encoding="utf-8")
    monkeypatch.setattr(dag_runs, "RUNNER", runner)
    monkeypatch.setattr(dag_runs, "PATIENCE_SECONDS", 1.0 if deaf else 10.0)
    before = signal.signal(signal.SIGALRM, handler)  # type: ignore[arg-type]
    bell = Thread(target=ring_once, args=(ready,))
    bell.start()
    try:
        with pytest.raises(raised):
            list(dag_runs.run_dags([("a", {})], dict(os.environ), tmp_path / "log"))
    finally:
        bell.join()
        signal.signal(signal.SIGALRM, before)
    assert back.exists() is not deaf, "a run that hears it gives its rows back"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="utf-8")), 0)
