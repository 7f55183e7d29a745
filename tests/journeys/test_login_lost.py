"""A login that is lost in the middle of fifty tasks of three kinds: they wait, a person logs in, all of them finish."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from fapiao.tasks import RunDay
from gateway_rehearsal import ACCOUNT, SELLER, GatewayRehearsal, gateway_rehearsing
from operators.downloads.plan import plan_day

DAY = date(2027, 2, 6)
COMPANIES = ("91310000MA1EXAMP07", "91310000MA1EXAMP15", "91310000MA1EXAMP23")
FULL, FILES = "ext.fullInvoiceDown", "ext.layoutFileDown"
_WAITING = (
    "SELECT s.advice FROM fapiao.sync_log AS s JOIN sync.task USING (batch_no) WHERE login_request_id IS NOT NULL"
)
PLANNED = ("history_input", "status_update")


@pytest.fixture
def group(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """Three companies on one account that a person must log in, with documents of the types that have layout files."""
    with gateway_rehearsing(pool_url, monkeypatch, DAY.isoformat()) as room:
        for taxpayer_no in COMPANIES:
            room.company(taxpayer_no)
            for fplx in ("81", "82", "51", "61"):
                room.document(nsrsbh=taxpayer_no, fplx=fplx, kprq="2027-01-15", other=SELLER)
        account = {**ACCOUNT, "login": "manual", "state": "online"}
        companies = [
            {"nsrsbh": one, "channels": ["etax"], "bureau_city_code": "3100", "accounts": [account]}
            for one in COMPANIES
        ]
        room.post("seed", companies=companies, documents=[])
        room.scheme("81", "82", "51", "61", "01", "08", "83")
        room.pool.execute("UPDATE enterprise.scheme SET layout_files = true")
        yield room


def plan(room: GatewayRehearsal) -> None:
    """What the calendar plans on the sixth, and the daily status update; nobody works on it yet."""
    with psycopg.connect(room.pool_url) as connection:
        for job in PLANNED:
            run = RunDay(f"etax__{job}", f"login-{job}", DAY, DAY.isoformat(), explicit=True)
            plan_day(connection, run, "etax", job)


class Person(threading.Thread):
    """Loses the session when some tasks are done, and logs in again when the others wait for it."""

    def __init__(self, room: GatewayRehearsal) -> None:
        super().__init__(daemon=True)
        self.room = room
        self.asked: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []

    def run(self) -> None:
        """Once through."""
        with psycopg.connect(self.room.pool_url, autocommit=True, row_factory=dict_row) as look:
            self._wait_until(look, "SELECT count(*) >= 8 AS so FROM sync.task WHERE status = 'succeeded'")
            self.room.post("session", account=ACCOUNT["account"], state="lost")
            waiting = (
                "SELECT coalesce(max(waiting_tasks), 0) >= 5 AS so FROM fapiao.login_request WHERE answered_at IS NULL"
            )
            self._wait_until(look, waiting)
            self.asked = look.execute("SELECT * FROM fapiao.login_request").fetchall()
            self.told = look.execute(_WAITING).fetchall()
            self.room.post("session", account=ACCOUNT["account"], state="online")

    @staticmethod
    def _wait_until(look: psycopg.Connection[Any], question: str) -> None:
        while not look.execute(question).fetchone()["so"]:
            time.sleep(0.02)


@pytest.mark.req("R216", "R215", "R291", "R210", "R212")
def test_fifty_tasks_of_three_kinds_outlive_a_lost_login(group: GatewayRehearsal) -> None:
    plan(group)
    person = Person(group)
    person.start()
    while any(task["status"] not in ("succeeded", "no_data") for task in group.tasks()):
        group.run("sweep_results", DAY)
    person.join(timeout=30)

    tasks = group.tasks()
    assert len(tasks) >= 50
    assert Counter(task["job"] for task in tasks).keys() == {"history_input", "status_update", "layout_files"}
    assert {task["attempts"] for task in tasks} == {0}
    (request,) = person.asked
    assert (request["account"], request["city_code"], request["channel"]) == (ACCOUNT["account"], "3100", "etax")
    assert request["url"].startswith("http")
    assert set(request["taxpayers"]) <= set(COMPANIES)
    assert person.told
    assert all(
        row["advice"].startswith(f"请税务经办登录电子税局账号 {ACCOUNT['account']}（3100），登录地址：http")
        for row in person.told
    )
    (closed,) = group.pool.execute("SELECT answered_by, waiting_tasks FROM fapiao.login_request").fetchall()
    assert closed["waiting_tasks"] == 0
    assert closed["answered_by"] == "dag_test", "Airflow's name of whoever runs a DAG in the foreground (A-56)"

    accepted = Counter(str(call["request"]) for name in (FULL, FILES) for call in group.calls(name))
    assert set(accepted.values()) == {1}, "an application was made twice"
    assert len(group.invoices()) == 12
    (account,) = group.admin.get("/_sim/session").json()["sessions"]
    assert account["max_running"] == 1
