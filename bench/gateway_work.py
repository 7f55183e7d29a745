"""The worker that the gateway section measures: plans, applies and collects with the workers of a DAG."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from bench.process import peak_megabytes
from fapiao.tasks import RunDay
from hooks.pool.connection import PoolHook
from operators.downloads.apply import apply_one
from operators.downloads.open_worker_pool import open_worker_pool
from operators.downloads.plan import plan_day
from operators.downloads.worker_pool import WorkerPool

CHANNEL, JOB = "etax", "history_output"
_CONTEXT = {"ti": SimpleNamespace(task_id="collect"), "dag_run": SimpleNamespace(triggering_user_name="bench")}


@dataclass(frozen=True, slots=True)
class Worked:
    """Tasks worked through, seconds for it, and the peak of this process in MB when that was done."""

    tasks: int
    applying: float
    collecting: float
    peak_megabytes: float


def work(stages: Sequence[Sequence[str]], day: date) -> list[Worked]:
    """The month before `day` for the taxpayers of one stage after the other, by one pool of workers."""
    run = RunDay(f"{CHANNEL}__{JOB}", f"bench {stages[0][0]}", day, day.isoformat(), explicit=True)
    plan(run, stages[0])
    with open_worker_pool(_CONTEXT, run, CHANNEL, run.dag_id) as workers:
        assert workers is not None
        found = [_worked(workers, run)]
        for taxpayers in stages[1:]:
            plan(run, taxpayers)
            found.append(_worked(workers, run))
    return found


def plan(run: RunDay, taxpayers: Sequence[str]) -> None:
    """Plans them as the DAG's first task does."""
    with PoolHook().connect(run.run_id) as connection:
        plan_day(connection, run, CHANNEL, JOB, list(taxpayers))


def _worked(workers: WorkerPool, run: RunDay) -> Worked:
    """What a collect task does, with the time taken when all is applied for."""
    start = time.perf_counter()
    tasks = workers.run_until_none_due(["pending"], apply_one, run.dag_id)
    applied = time.perf_counter()
    workers.run_until_idle(run.dag_id)
    return Worked(tasks, applied - start, time.perf_counter() - applied, peak_megabytes())
