"""The whole stack: up until healthy, used, backfilled by Airflow, broken by kill −9, down without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from fapiao.tasks import SHANGHAI
from fapiao.windows import month_start
from launcher.airflow_env import login_password
from launcher.home import home
from launcher.pool import embedded, pool_url
from launcher.processes import alive, session_members, wait_until
from launcher.sample_group import load_sample
from launcher.stack import PARTS, Stack, known_stack, running_stack
from leaks import KEEPERS, kept_secrets, leaks_in_files, simulated_secrets
from simulator.sample import GROUP
from temporary_postgres import ROOT

# A first start runs the latest tick of every calendar, and a run asked for by hand queues behind them: 45 s on two quiet
# cores, minutes beside three other tests.
LATEST_RUNS_SECONDS = 600.0
BACKFILLED = "leqi__history_output"
Counters = dict[tuple[str, str, str], int]
"""(tax number, type, issue month YYYYMM) → applications for sales invoices."""


def fapiao(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "launcher", *words], check=False, capture_output=True, text=True)


def api(stack: Stack, path: str, token: str = "", body: object = None) -> object:
    """One call of Airflow's API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None else "POST"
    return httpx.request(method, f"{stack.url}{path}", json=body, headers=headers, trust_env=False, timeout=30).json()


def everything(stack: Stack) -> list[int]:
    """Every living process of the stack."""
    parts = [*stack.parts.values(), stack.supervisor]
    return [process.pid for part in parts for process in session_members(part.pid, part.born)]


def backfill(stack: Stack, token: str, first: date, last: date, reprocess: str) -> list[str]:
    """Airflow's own backfill of a calendar, waited for to its end; the states of its runs."""
    days = {"from_date": f"{first}T00:00:00+08:00", "to_date": f"{last}T00:00:00+08:00", "max_active_runs": 1}
    asked = {"dag_id": BACKFILLED, "reprocess_behavior": reprocess, "dag_run_conf": {}, "run_backwards": False}
    made = api(stack, "/api/v2/backfills", token, asked | days)
    where = f"/api/v2/backfills/{made['id']}"
    assert wait_until(lambda: api(stack, where, token)["completed_at"], LATEST_RUNS_SECONDS, step=1.0), made
    runs = api(stack, f"/api/v2/dags/{BACKFILLED}/dagRuns?run_type=backfill", token)["dag_runs"]
    return [run["state"] for run in runs]


def ledger(months: list[str], day: date) -> Counters:
    """Our own counters; what was spent for these months was spent today, whatever day the run is of."""
    with pool_url() as url, psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT taxpayer_no, invoice_type, to_char(issue_month, 'YYYYMM'), day, count(*) FROM sync.quota_slot"
            " WHERE state = 'consumed' AND direction = 'output' AND to_char(issue_month, 'YYYYMM') = ANY (%s)"
            " GROUP BY 1, 2, 3, 4",
            [months],
        ).fetchall()
    assert {row[3] for row in rows} <= {day, datetime.now(SHANGHAI).date()}
    return {(number, kind, month): used for number, kind, month, _, used in rows}


def counted(months: list[str]) -> Counters:
    """The bureau's own counters."""
    port = json.loads((home() / "simulator.json").read_text(encoding="ascii"))["admin"]
    lines = httpx.get(f"http://127.0.0.1:{port}/_sim/quota", trust_env=False).json()["quota"]
    return {
        (line["nsrsbh"], line["fplx"], line["issue_month"]): sum(line["by_day"].values())
        for line in lines
        if line["sjlx"] == "2" and line["issue_month"] in months
    }


def assert_a_backfill_spends_from_the_same_ledger(stack: Stack, token: str) -> None:
    """Two months by Airflow's own backfill, then once more over them, then a history sync of one of them."""
    today = datetime.now(SHANGHAI).date()
    with pool_url() as url:
        load_sample(url, today)
    windows = [month_start(today, back) for back in (4, 3)]
    months = [f"{month:%Y%m}" for month in windows]
    period = month_start(today, 3), month_start(today, 1)

    assert backfill(stack, token, *period, "none") == ["success"] * 2
    spent = ledger(months, today)
    assert {month for _, _, month in spent} == set(months)
    assert set(spent.values()) == {1}
    assert counted(months) == spent

    assert backfill(stack, token, *period, "completed") == ["success"] * 2
    assert counted(months) == ledger(months, today) == spent

    form = ["backfill", "--taxpayers", GROUP, "--types", "81", "--months", f"{windows[0]:%Y-%m}", "--dry-run"]
    planned = fapiao(*form)
    assert planned.returncode == 0, planned.stderr
    assert "no application is needed" in planned.stdout, planned.stdout


@pytest.mark.slow
@pytest.mark.req("A-02", "R262", "R266")
@pytest.mark.finding("F55", "F59", "F79")
@pytest.mark.xdist_group("stack")
def test_up_is_healthy_and_scheduled_survives_kill_9_of_a_part_and_ends_whole_with_its_supervisor(fapiao_home: Path):
    started = fapiao("up")
    assert started.returncode == 0, started.stderr
    stack = running_stack()
    assert stack
    assert stack.url in started.stdout
    assert login_password() in started.stdout
    assert set(stack.parts) == {*PARTS, "simulator"}
    assert "cannot read" not in started.stderr
    born = {name: int(part.born) for name, part in stack.parts.items()}
    assert max(born, key=born.__getitem__) == "scheduler", "tasks begin when the api-server takes their calls"

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
    tries = api(stack, "/api/v2/dags/~/dagRuns/~/taskInstances?limit=1000", token)["task_instances"]
    lost = [(one["dag_id"], one["task_id"], one["state"], one["try_number"]) for one in tries if one["try_number"] > 1]
    assert lost == [], "no first try was lost"
    assert_a_backfill_spends_from_the_same_ledger(stack, token)

    again = fapiao("up")
    assert (again.returncode, again.stdout) == (0, started.stdout)
    assert fapiao("status").returncode == 0
    elsewhere = fapiao("up", "--port", str(stack.port + 1))
    assert (elsewhere.returncode, elsewhere.stdout) == (0, started.stdout)
    assert f"runs on port {stack.port} already, so --port {stack.port + 1} changes nothing" in elsewhere.stderr

    assert leaks_in_files(home(), simulated_secrets(*kept_secrets(home())), KEEPERS) == []

    triggerer = stack.parts["triggerer"].pid
    os.kill(triggerer, signal.SIGKILL)
    assert wait_until(lambda: known_stack().parts["triggerer"].pid != triggerer, 60)

    stack = running_stack()
    left = everything(stack)
    os.kill(stack.supervisor.pid, signal.SIGKILL)
    assert wait_until(lambda: not [pid for pid in left if alive(pid)] and not embedded().running, 60), left
    told = fapiao("status")
    assert told.returncode == 3
    assert "left over" not in told.stdout
    stopped = fapiao("down")
    assert (stopped.returncode, stopped.stdout) == (0, "Nothing was running.\n")


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
