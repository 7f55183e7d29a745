"""Whatever is killed or told to end, at any moment, leaves no process, and the next start goes on from there."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from launcher.processes import wait_until
from temporary_postgres import ROOT

MOMENTS = int(os.environ.get("FAPIAO_KILLS", "2"))
"""How many of each command; the proof is ten (CONTRIBUTING.md says how)."""
SEED = 59
LATEST_SECONDS = {"demo": 30.0, "up": 20.0}
LEFT_SECONDS = 30.0
TERM_SECONDS = 5.0


def started(*words: str) -> subprocess.Popen[str]:
    """A command as a shell would begin it, in a group of its own."""
    command = [sys.executable, str(ROOT / "launcher"), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0)


def of_home(home: Path) -> dict[int, str]:
    """Every living process that works in this home, by its environment or its words."""
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words, environment = " ".join(process.cmdline()), process.environ()
            if environment.get("FAPIAO_HOME") == str(home) or str(home) in words:
                found[process.pid] = words[:150]
    return found


def of_the_test() -> set[int]:
    """This process and what it began before: one that begins only now does not show its words yet."""
    return {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}


def living(home: Path, but: set[int]) -> dict[int, str]:
    return {pid: words for pid, words in of_home(home).items() if pid not in but}


@pytest.mark.slow
@pytest.mark.finding("F59")
@pytest.mark.xdist_group("stack")
@pytest.mark.parametrize("command", ["demo", "up"])
def test_a_command_that_is_killed_leaves_no_process_and_the_next_one_goes_on(command: str, fapiao_home: Path) -> None:
    dice = random.Random(f"{SEED} {command}")  # noqa: S311 a seeded one is wanted
    ours = of_the_test()
    for turn in range(MOMENTS):
        moment, how = dice.uniform(0.0, LATEST_SECONDS[command]), (signal.SIGKILL, signal.SIGTERM)[turn % 2]
        one = started(command)
        time.sleep(moment)
        ended_before = one.poll() is not None
        began = time.monotonic()
        one.send_signal(how)
        said = one.communicate(timeout=60)[0]
        took = time.monotonic() - began
        print(f"{command} {how.name} at {moment:.1f} s: ended in {took:.1f} s, code {one.returncode}")
        if how == signal.SIGTERM and not ended_before:
            # the interpreter itself takes a moment before it hears us
            assert one.returncode == 143 or (moment < 1.0 and one.returncode == -how), said
            assert one.returncode != 143 or said.splitlines()[-1].startswith("Ended by SIGTERM"), said
            assert took < TERM_SECONDS
        if command == "up" and ended_before:
            assert subprocess.run([sys.executable, ROOT / "launcher", "down"], check=False).returncode == 0
        gone = wait_until(lambda: not living(fapiao_home, ours), LEFT_SECONDS)
        print(f"   nothing left after {time.monotonic() - began:.1f} s")
        assert gone, (moment, how, living(fapiao_home, ours), said)
    last = started(command)
    said = last.communicate(timeout=600)[0]
    assert last.returncode == 0, said
    down = subprocess.run([sys.executable, ROOT / "launcher", "down"], check=True, capture_output=True, text=True)
    parts = ["api-server", "dag-processor", "triggerer", "scheduler", "simulator", "postgres"]
    missing = [name for name in parts if name not in down.stdout]
    assert missing == ([] if command == "up" else parts), down.stdout
    assert living(fapiao_home, ours) == {}


VAULT = """
import time
from pathlib import Path
from airflow.secrets import BaseSecretsBackend
class Vault(BaseSecretsBackend):
    def get_connection(self, conn_id):
        Path({asked!r}).touch()
        time.sleep(600)
"""


@pytest.mark.finding("F59")
def test_a_command_that_is_killed_while_it_asks_a_secrets_backend_leaves_no_process(
    fapiao_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "silent_vault.py").write_text(VAULT.format(asked=str(asked)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "silent_vault.Vault")
    ours = of_the_test()
    with started("params", "list") as one:
        assert wait_until(asked.exists, LEFT_SECONDS * 2), one.poll()
        assert living(fapiao_home, {*ours, one.pid})
        one.kill()
    assert wait_until(lambda: not living(fapiao_home, ours), LEFT_SECONDS), living(fapiao_home, ours)
