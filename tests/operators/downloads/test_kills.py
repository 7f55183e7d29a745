"""Kill -9 at every statement boundary of plan, apply and collect: nothing is lost, doubled or applied for twice."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hooks.pool.roles import APPLICATION
from launcher.postgres import EmbeddedPostgres
from rehearsal import GENERAL, KEY, Rehearsal, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator

ZYGOTE = Path(__file__).resolve().parents[2] / "support" / "zygote.py"
DAG, JOB, DAY, NEXT_DAY = "leqi__history_input", "history_input", "2027-02-06", "2027-02-07"
STEPS = ("plan", "apply", "collect")
CROSSED = {"plan": {"commit"}, "apply": {"commit", "call"}, "collect": {"commit", "call"}}
SHARES = 4
"""The walk is cut into shares, so that test processes take it side by side."""

_numbers = count(1)


class Workers:
    """The zygote, asked for one worker at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def work(self, rehearsal: Rehearsal, step: str, day: str, run: str, kill_at: int = 0) -> dict[str, Any]:
        """One worker to its end; how it ended."""
        order = {"step": step, "dag": DAG, "job": JOB, "run": run, "day": day, "kill_at": kill_at}
        order |= {"pool": rehearsal.pool_url, "leqi": leqi_connection(rehearsal.simulator.url, concurrency=1)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """The zygote, for the tests of this module."""
    with subprocess.Popen(
        [sys.executable, str(ZYGOTE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Workers(process)
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="module")
def bureau() -> Iterator[RunningSimulator]:
    """One simulator, reset for every kill."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        yield simulator


@contextmanager
def fresh(
    postgres: EmbeddedPostgres, template: str, maintenance: psycopg.Connection, bureau: RunningSimulator
) -> Iterator[Rehearsal]:
    """A pool of its own and the bureau as new: one taxpayer with two 专票 of January, one of them booked."""
    name = f"kill_{next(_numbers)}"
    maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    rehearsal = Rehearsal(postgres.url(name, APPLICATION), bureau)
    rehearsal.admin.post("/_sim/reset")
    rehearsal.today(DAY)
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    for rzzt in ("01", "02"):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-15", rzzt=rzzt)
    try:
        yield rehearsal
    finally:
        rehearsal.close()
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def go_on(workers: Workers, rehearsal: Rehearsal) -> None:
    """What happens after a kill: the run's retries, and the next day's sweep for a row whose answer is unknown."""
    rehearsal.pool.execute("UPDATE sync.task SET lease_until = NULL WHERE finished_at IS NULL")
    for step in ("plan", "collect"):
        ended = workers.work(rehearsal, step, DAY, "run-1")
        assert ended["code"] == 0, ended["said"]
    if any(row["finished_at"] is None for row in rehearsal.tasks()):
        rehearsal.today(NEXT_DAY)
        ended = workers.work(rehearsal, "sweep", NEXT_DAY, "sweep-1")
        assert ended["code"] == 0, ended["said"]


def assert_whole(rehearsal: Rehearsal, where: str) -> None:
    """Everything is there once, every row is settled, and the ledger agrees with the bureau's own counters."""
    tasks = rehearsal.tasks()
    where = f"{where}: {[row['error_message'] for row in tasks]}"
    assert [(row["job"], row["status"]) for row in tasks] == [(JOB, "succeeded"), ("usage_status", "succeeded")], where
    assert tasks[0]["inserted_count"] == 2, where
    assert sorted(row["entry_status"] for row in rehearsal.invoices().values()) == ["01", "02"], where
    sightings = rehearsal.pool.execute("SELECT batch_no FROM pool.sighting").fetchall()
    assert len({row["batch_no"] for row in sightings}) == len(sightings), where
    slots = rehearsal.pool.execute("SELECT state FROM sync.quota_slot WHERE state <> 'released'").fetchall()
    states = sorted(row["state"] for row in slots)
    (line,) = rehearsal.admin.get("/_sim/quota").json()["quota"]
    accepted = line["this_month"]
    assert states in (["consumed"], ["consumed", "unknown"]), where
    assert states.count("consumed") <= accepted <= len(states), where


@pytest.mark.req("A-03")
@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_boundary_is_continued(
    step: str, share: int, workers: Workers, bureau: RunningSimulator, postgres: EmbeddedPostgres, template: str,
    maintenance: psycopg.Connection,
) -> None:  # fmt: skip
    for boundary in count(1 + share, SHARES):
        with fresh(postgres, template, maintenance, bureau) as rehearsal:
            for before in STEPS[: STEPS.index(step)]:
                assert workers.work(rehearsal, before, DAY, "run-1")["code"] == 0
            ended = workers.work(rehearsal, step, DAY, "run-1", kill_at=boundary)
            assert ended["killed"] or ended["code"] == 0, ended["said"]
            go_on(workers, rehearsal)
            assert_whole(rehearsal, f"{step}, boundary {boundary}")
        if not ended["killed"]:
            assert set(json.loads(ended["said"])) == CROSSED[step]
            return
