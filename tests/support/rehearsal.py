"""A rehearsal: a pool, a simulated bureau and a small group, on which real DAG runs are made for any day."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from launcher.dag_runner import list_once
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator

KEY = "0123456789abcdeffedcba9876543210"
DIRECT_UNIT = "JRDW000001"
GENERAL = "91310000MA1EXAMP07"
USING_UNIT = "SYDW000001"
_TAXPAYER = (
    "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type, leqi_id, leqi_authorised_on)"
    " VALUES (%(taxpayer_no)s, %(name)s, %(org_code)s, 'leqi', %(company_type)s, %(leqi_id)s, %(authorised_on)s)"
)
_ORGANISATION = "INSERT INTO enterprise.organisation (org_code, org_name) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_SCHEME = (
    "INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, frequency)"
    " VALUES (%s, %s, %s, %s, %s) RETURNING scheme_id"
)
_AGAIN = """
INSERT INTO sync.task (
    batch_no, parent_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name, org_code, channel,
    direction, download_type, sync_type, document, invoice_type, window_start, window_end, window_basis, counter,
    automatic, created_by)
SELECT DISTINCT ON (direction)
    batch_no || '-again', parent_batch_no, dag_id, run_id, job, rule, 'again', taxpayer_no, taxpayer_name, org_code,
    channel, direction, download_type, sync_type, document, invoice_type, window_start, window_end - 1, window_basis,
    counter, %(automatic)s, created_by
FROM sync.task WHERE job = %(job)s AND parent_task_id IS NULL
ORDER BY direction, task_id DESC
"""
PATIENCE = timedelta(minutes=5)
"""How long a run waits for its rows here: waits are real, whatever day it is at the bureau."""
AT_ONCE = timedelta(seconds=5)
"""For rows that will not be settled whoever waits for them."""
EVERY_DOWNLOAD = ["input_full", "output_full", "input_incremental", "input_status", "unselected_init"]


class Rehearsal:
    """One pool and one bureau; days are the simulator's and the run's alike."""

    def __init__(self, pool_url: str, simulator: RunningSimulator) -> None:
        self.pool_url = pool_url
        self.simulator = simulator
        self.admin: httpx.Client = simulator.client()
        self.pool = self._session()

    def _session(self) -> psycopg.Connection[dict[str, Any]]:
        session = psycopg.connect(self.pool_url, autocommit=True, row_factory=dict_row)
        session.execute("SET TIME ZONE 'Asia/Shanghai'")
        return session

    def reconnect(self) -> None:
        """A new session for the test's own questions."""
        self.pool.close()
        self.pool = self._session()

    def taxpayer(
        self, taxpayer_no: str = GENERAL, *, company_type: str = "general", authorised_on: str = "2020-01-01"
    ) -> str:
        """A company on 乐企, known to both sides."""
        unit = f"SYDW{taxpayer_no[-6:]}"
        self.pool.execute(_ORGANISATION, ["ORG1", "总部"])
        row = {"taxpayer_no": taxpayer_no, "name": "示例公司", "org_code": "ORG1", "company_type": company_type}
        self.pool.execute(_TAXPAYER, row | {"leqi_id": unit, "authorised_on": authorised_on})
        self.post(
            "seed",
            companies=[
                {
                    "nsrsbh": taxpayer_no,
                    "name": "示例公司",
                    "jrdwptbh": DIRECT_UNIT,
                    "sydwptbh": unit,
                    "authorised_on": authorised_on,
                    "companyType": "02" if company_type == "small_scale" else "03",
                }
            ],
            documents=[],
        )
        return taxpayer_no

    def scheme(
        self, *types: str, name: str = "全量", downloads: list[str] = EVERY_DOWNLOAD, start: str = "2020-01-01",
        frequency: tuple[int, ...] = (5, 10, 15, 20, 26),
    ) -> None:  # fmt: skip
        """A scheme over every taxpayer that is there."""
        row = self.pool.execute(_SCHEME, [name, downloads, list(types), start, list(frequency)]).fetchone()
        self.pool.execute(
            "INSERT INTO enterprise.scheme_taxpayer SELECT %s, taxpayer_no FROM enterprise.taxpayer", [row["scheme_id"]]
        )

    def parameter(self, kind: str, key: str, value: str) -> None:
        """Sets a parameter."""
        self.pool.execute("INSERT INTO enterprise.parameter (type, key, value) VALUES (%s, %s, %s)", [kind, key, value])

    def document(self, **values: Any) -> str:
        """Seeds one document; returns its key."""
        return self.post("seed", companies=[], documents=[values])["documents"][0]

    def post(self, path: str, **values: Any) -> dict[str, Any]:
        """One order to the simulator."""
        answer = self.admin.post(f"/_sim/{path}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, **values: Any) -> None:
        """Switches a fault on."""
        self.post("fault", kind=kind, **values)

    def today(self, day: str) -> None:
        """Sets the bureau's day, 09:00."""
        self.post("clock", date=day)

    def calls(self, service: str) -> list[dict[str, Any]]:
        """What the bureau was asked of one service."""
        return self.admin.get("/_sim/journal", params={"service": service}).json()["calls"]

    def tasks(self, **where: Any) -> list[dict[str, Any]]:
        """Rows of the sync log, oldest first, that have these values."""
        rows = self.pool.execute("SELECT * FROM fapiao.sync_log ORDER BY created_at, batch_no").fetchall()
        return [row for row in rows if all(row[name] == value for name, value in where.items())]

    def invoices(self) -> dict[str, dict[str, Any]]:
        """The pool by document key."""
        return {row["document_key"]: row for row in self.pool.execute("SELECT * FROM fapiao.invoice").fetchall()}

    def run(
        self, dag_id: str, day: str | date | None, *, ends: str = "success", patience: timedelta = PATIENCE, **conf: Any
    ) -> Any:
        """One real DAG run to its end, which must be this one, the bureau's clock on the day; returns Airflow's run.

        Rows that wait longer than `patience` are left to the sweep.
        """
        if day is not None:
            self.today(str(day))
            conf["date"] = str(day)
        return run_dag(dag_id, ends=ends, patience=patience, **conf)

    def again_as_another_window(self, *, automatic: bool = False, job: str = "current_month") -> None:
        """Plans the rows of a job once more for a window that is a day shorter: the same keys of the ledger."""
        self.pool.execute(_AGAIN, {"job": job, "automatic": automatic})

    def close(self) -> None:
        """Closes what the rehearsal opened."""
        self.pool.close()
        self.admin.close()


def run_dag(dag_id: str, *, ends: str = "success", patience: timedelta = PATIENCE, **conf: Any) -> Any:
    """One real DAG run to its end, which must be this one; returns Airflow's run."""
    dag = _bag().dags[dag_id]
    for name in {"taxpayers", "batches"} & {*dag.params}:
        conf.setdefault(name, [])  # dag.test() keeps the parameters of the run before
    if ends == "success":
        conf.setdefault("red_when", "never")  # whether a failed row makes a run red has tests of its own
    else:
        conf.setdefault("red_when", None)
    for task in dag.tasks:
        if task.task_type == "CollectOperator":
            task.patience = patience
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow and what it imports have many of their own
        run = dag.test(run_conf=conf)
    assert run.state == ends, run.state
    return run


_bags: dict[str, Any] = {}


def _bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    if "bag" not in _bags:
        bag = DagBag()
        assert bag.import_errors == {}
        list_once()
        _bags["bag"] = bag
    return _bags["bag"]


def leqi_connection(url: str, **extra: Any) -> str:
    """The Airflow connection `leqi` to a simulator."""
    settings: Mapping[str, Any] = {"sydwptbh": USING_UNIT, "poll_seconds": 0.05, "concurrency": 4} | extra
    return json.dumps(
        {"conn_type": "leqi", "host": url, "login": DIRECT_UNIT, "password": KEY, "extra": json.dumps(settings)}
    )


@contextmanager
def rehearsing(pool_url: str, monkeypatch: pytest.MonkeyPatch, day: str) -> Iterator[Rehearsal]:
    """A rehearsal whose connections are set for this process."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        monkeypatch.setenv("AIRFLOW_CONN_INVOICE_POOL", pool_url)
        monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection(simulator.url))
        rehearsal = Rehearsal(pool_url, simulator)
        rehearsal.today(day)
        try:
            yield rehearsal
        finally:
            rehearsal.close()
