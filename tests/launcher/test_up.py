"""The whole stack: up until healthy, used, broken by kill −9, down without a trace."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from launcher.airflow import login_password
from launcher.pool import embedded
from launcher.processes import alive, session_members, wait_until
from launcher.stack import PARTS, Stack, known_stack, running_stack
from temporary_postgres import ROOT

# A first start runs the latest tick of every calendar, and a run asked for by hand queues behind them: 45 s on two quiet
# cores, minutes beside three other tests.
LATEST_RUNS_SECONDS = 600.0


def fapiao(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "launcher", *words], check=False, capture_output=True, text=True)


def api(stack: Stack, path: str, token: str = "", body: object = None) -> object:
    """One call of Airflow's API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None else "POST"
    return httpx.request(method, f"{stack.url}{path}", json=body, headers=headers, trust_env=False, timeout=30).json()


def everything(stack: Stack) -> list[int]:
    """Every living process of the stack."""
    return [pid for part in [*stack.parts.values(), stack.supervisor] for pid in session_members(part.pid, part.born)]


@pytest.mark.slow
@pytest.mark.xdist_group("stack")
def test_up_is_healthy_and_scheduled_survives_kill_9_of_parts_and_down_leaves_no_process(fapiao_home: Path):
    started = fapiao("up")
    assert started.returncode == 0, started.stderr
    stack = running_stack()
    assert stack
    assert stack.url in started.stdout
    assert login_password() in started.stdout
    assert set(stack.parts) == {*PARTS, "simulator"}
    assert "cannot read" not in started.stderr

    token = api(stack, "/auth/token", body={"username": "admin", "password": login_password()})["access_token"]
    dags = {dag["dag_id"]: dag for dag in api(stack, "/api/v2/dags?limit=200", token)["dags"]}
    ours = [dag for name, dag in dags.items() if name.startswith("leqi__")]
    assert len(ours) >= 8, sorted(dags)
    assert not [dag["dag_id"] for dag in ours if dag["is_paused"]]

    run = api(stack, "/api/v2/dags/leqi__incremental/dagRuns", token, {"logical_date": None})
    where = f"/api/v2/dags/leqi__incremental/dagRuns/{run['dag_run_id']}"
    wait_until(lambda: api(stack, where, token)["state"] in ("success", "failed"), LATEST_RUNS_SECONDS, step=1.0)
    runs = api(stack, "/api/v2/dags/~/dagRuns?limit=200", token)["dag_runs"]
    assert api(stack, where, token)["state"] == "success", [(other["dag_run_id"], other["state"]) for other in runs]

    again = fapiao("up")
    assert (again.returncode, again.stdout) == (0, started.stdout)
    assert fapiao("status").returncode == 0

    triggerer = stack.parts["triggerer"].pid
    os.kill(triggerer, signal.SIGKILL)
    assert wait_until(lambda: known_stack().parts["triggerer"].pid != triggerer, 60)

    stack = running_stack()
    left = everything(stack)
    os.kill(stack.supervisor.pid, signal.SIGKILL)
    assert wait_until(lambda: not alive(stack.supervisor.pid), 60)
    told = fapiao("status")
    assert told.returncode == 3
    assert "left over: " in told.stdout

    stopped = fapiao("down")
    assert (stopped.returncode, stopped.stdout) == (0, "Stopped.\n")
    assert [pid for pid in left if alive(pid)] == []
    assert not embedded().running
    assert fapiao("down").stdout == "Nothing was running.\n"


def test_a_wanted_port_that_is_taken_is_one_sentence_and_starts_nothing(fapiao_home: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = fapiao("up", "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr == f"Port {port} of 127.0.0.1 is taken by another program: choose another one with --port.\n"
    assert known_stack() is None


def test_without_a_stack_status_is_3_and_down_is_no_error(fapiao_home: Path):
    assert fapiao("status").returncode == 3
    assert fapiao("down").stdout == "Nothing was running.\n"
