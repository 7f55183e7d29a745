"""A rehearsal of history syncs: the form pressed through real runs of its DAG, and the days turned after it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count as numbers
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from fapiao.forms.reading import given
from fapiao.history.form import REQUEST
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI, RunDay
from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from hooks.leqi.hook import LeqiHook
from operators.downloads.apply import apply_one
from operators.downloads.open_worker_pool import open_worker_pool
from operators.downloads.plan import plan_day
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from operators.history.planning import create

DAG = "history_sync"
_numbers = numbers(1)
BLANK: dict[str, Any] = {
    "data_type": "details", "channel": "leqi", "taxpayers": [], "years": [], "months": [], "invoice_types": [],
    "dry_run": False, "auto_update": [], "batches": [],
}  # fmt: skip


class HistoryRehearsal(GatewayRehearsal):
    """One pool, one bureau of both planes, and the form."""

    def press(self, day: str, **form: Any) -> Any:
        """Fills the form in and presses it; all of it, as dag.test() keeps the parameters of the run before."""
        return self.run(DAG, day, **BLANK | form)

    def plan_only(self, day: str, **form: Any) -> str:
        """What the command does with --later; the one 导入批次号."""
        self.today(day)
        asked = given(REQUEST, BLANK | form)
        run = RunDay(DAG, f"command__{next(_numbers)}", date.fromisoformat(day), day, explicit=True)
        (batch,) = create(self.pool, run, "ming", asked).batches
        return batch

    def apply_some(self, day: str, count: int) -> None:
        """A worker that applies for `count` rows and is gone."""
        self.today(day)
        run = RunDay(DAG, "worker", date.fromisoformat(day), day, explicit=True)
        with open_worker_pool(
            {
                "ti": SimpleNamespace(task_id="apply", xcom_push=lambda **_: None),
                "dag_run": SimpleNamespace(run_type="manual"),
            },
            run,
            "leqi",
            DAG,
        ) as workers:
            assert workers is not None
            with workers.claiming_session.transaction() as tables:
                claims = tables.queue.claim("leqi", ["pending"], workers.claiming_session.owner, run.day, count, DAG)
            workers.handle(apply_one, claims)

    def backfill_run(self, dag_id: str, day: str, *, clock: str) -> None:
        """A run as Airflow's backfill makes it: its day is in the past, its applications are made today."""
        self.today(clock)
        run = RunDay(dag_id, f"backfill__{day}", date.fromisoformat(day), day, explicit=False)
        now = datetime.combine(date.fromisoformat(clock), time(9), SHANGHAI)
        with closing(LeqiHook()) as bureau, psycopg.connect(self.pool_url) as front:
            channel, job = dag_id.split("__")
            plan_day(front, run, channel, job)
            front.commit()
            session = WorkerSession(front, run, "backfill", lambda: now, bureau, rulebook(), {})
            with WorkerPool(session, lambda: psycopg.connect(self.pool_url), channel, 2) as workers:
                workers.run_until_none_due(["pending"], apply_one, dag_id)
            front.commit()
        self.sweep(clock)

    def sweep(self, day: str) -> None:
        """What the sweep does on a later day."""
        self.run("sweep_results", day)

    def sweep_days(self, first: str, count: int) -> None:
        """The sweep of several days in a row."""
        for n in range(count):
            self.sweep(str(date.fromisoformat(first) + timedelta(days=n)))

    def history(self) -> list[dict[str, Any]]:
        """The import tasks, oldest first."""
        return self.pool.execute("SELECT * FROM fapiao.history_batch ORDER BY batch_no").fetchall()

    def months(self, batch_no: str) -> list[dict[str, Any]]:
        """The subtasks of an import task."""
        return self.pool.execute(
            "SELECT * FROM fapiao.history_subtask WHERE history_batch_no = %s ORDER BY issue_month", [batch_no]
        ).fetchall()

    def left_out(self) -> list[tuple[str, str]]:
        """(month, reason) of what was asked for and not planned."""
        rows = self.pool.execute("SELECT window_start, reason_code FROM sync.skip ORDER BY skip_id").fetchall()
        return [(f"{row['window_start']:%Y-%m}", row["reason_code"]) for row in rows]

    def counted(self) -> dict[tuple[str, str, str], int]:
        """The bureau's own counters: (tax number, type, issue month) → accepted applications of sales invoices."""
        lines = self.admin.get("/_sim/quota").json()["quota"]
        return {
            (line["nsrsbh"], line["fplx"], line["issue_month"]): sum(line["by_day"].values())
            for line in lines
            if line["sjlx"] == "2"
        }

    def ledger(self) -> dict[tuple[str, str, str], int]:
        """Our own counters, in the same words."""
        rows = self.pool.execute(
            "SELECT taxpayer_no, invoice_type, to_char(issue_month, 'YYYYMM') AS month, count(*) AS used"
            " FROM sync.quota_slot WHERE state <> 'released' AND direction = 'output' GROUP BY 1, 2, 3"
        ).fetchall()
        return {(row["taxpayer_no"], row["invoice_type"], row["month"]): row["used"] for row in rows}


@contextmanager
def history_rehearsing(pool_url: str, monkeypatch: pytest.MonkeyPatch, day: str) -> Iterator[HistoryRehearsal]:
    """A rehearsal whose connections are set for this process."""
    with gateway_rehearsing(pool_url, monkeypatch, day) as room:
        found = HistoryRehearsal(pool_url, room.simulator)
        try:
            yield found
        finally:
            found.close()
