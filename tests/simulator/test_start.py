"""`python -m simulator` as a process of its own: ports, key, signals, and one sentence when it cannot start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bureau_caller import Caller
from rehearsal_room import Room
from simulator import sample

ROOT = Path(__file__).parents[2]
KEY = "000102030405060708090a0b0c0d0e0f"


def start(*options: str, **environment: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if name != "SIMULATOR_KEY"}
    command = [sys.executable, "-m", "simulator", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env={**clean, **environment}, **pipes)


def ports(process: subprocess.Popen[str], file: Path) -> dict[str, object]:
    deadline = time.monotonic() + 20
    while not file.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A started process with the sample group at 2027-01-05, and its port file."""
    file = tmp_path / "deep" / "ports.json"
    with start("--date", "2027-01-05", "--port-file", str(file), "--sample", SIMULATOR_KEY=KEY) as process:
        yield process, file
        if process.poll() is None:
            process.kill()


def test_it_writes_both_ports_answers_on_both_and_ends_with_0_on_sigterm(
    simulator: tuple[subprocess.Popen[str], Path], http: httpx.Client
):
    process, file = simulator
    found = ports(process, file)
    assert found.keys() == {"leqi", "admin"}
    unit = {"jrdwptbh": sample.JRDWPTBH, "sydwptbh": sample.UNITS[sample.GROUP]}
    caller = Caller(f"http://127.0.0.1:{found['leqi']}", bytes.fromhex(KEY), http, **unit)
    reply = caller.call("CXZLXZFPXX", gjrq="20270102", nsrsbh=sample.GROUP, sjlx="1", fplx="81")
    assert len(reply.rows) == 1
    with httpx.Client(base_url=f"http://127.0.0.1:{found['admin']}", trust_env=False) as client:
        assert Room(client).get("journal")["calls"][0]["returncode"] == "00"
        assert Room(client).get("settings")["readiness"]["errand_seconds"] == sample.ERRAND_SECONDS
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert KEY not in output + errors
    assert f"plane L   http://127.0.0.1:{found['leqi']}" in output


def test_a_key_it_makes_itself_is_only_in_the_port_file_for_its_owner(tmp_path: Path):
    file = tmp_path / "ports.json"
    with start("--port-file", str(file)) as process:
        found = ports(process, file)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert len(bytes.fromhex(str(found["key"]))) == 16
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(found["key"]) not in output + errors


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "give --key or SIMULATOR_KEY, or --port-file"),
        (["--key", "short"], "The SM4 key must be 32 hex digits."),
        (["--key", KEY, "--sample", "--date", "2020-01-01"], "The sample group exists from 2024-06-01 on"),
    ],
)
def test_it_says_in_one_sentence_why_it_cannot_start(options: list[str], sentence: str):
    with start(*options) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith("The simulator cannot start: ")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_a_taken_port_is_said_and_nothing_is_left_running():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with start("--key", KEY, "--port", port) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in errors
