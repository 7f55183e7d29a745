"""One company for each hostile answer, all in one run of the operators; then healthy runs; and what stands after each."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.tasks import SHANGHAI
from hostile_bureau import HostileBureau
from hostile_server import listening
from independent_bureau import GATEWAY, KEY, Row
from truth import Document, Line, Party

WORKER = Path(__file__).with_name("hostile_answer_worker.py")
UNIT = "SYDW000001"
OTHER = Party("91440300MA2000002A", "供货有限公司")
MEGABYTES = 400
"""What a worker may hold."""
PATIENCE = 5.0
"""`timeout_seconds` of the connections: how long one answer may keep us waiting."""
_COMPANY = """
INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type, leqi_id, leqi_authorised_on)
VALUES (%s, '示例公司', 'ORG1', %s, 'general', %s, '2020-01-01')
"""
_ACCOUNT = """
INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default, login)
VALUES (%s, '13800000000', 'receive', true, 'auto')
"""
_SCHEME = """
WITH made AS (
    INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, frequency)
    VALUES ('方案', %s, '{81}', '2020-01-01', '{5,10,15,20,26}') RETURNING scheme_id
)
INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, taxpayer_no FROM made, enterprise.taxpayer
"""
_FIRST = """
SELECT DISTINCT ON (taxpayer_no) taxpayer_no, status, error_code, error_message, advice, attempts, polls, not_before,
    not_before_day, downloaded_count, inserted_count, failed_count, void_state, batch_no, lease_until
FROM sync.task WHERE dag_id = %s AND document = 'invoice' AND parent_task_id IS NULL
ORDER BY taxpayer_no, task_id
"""
_REJECTED = """
SELECT k.taxpayer_no, array_agg(r.code || ': ' || r.reason ORDER BY r.row_no) AS reasons
FROM pool.rejected_row AS r JOIN sync.reply USING (reply_id) JOIN sync.task AS k USING (task_id)
GROUP BY k.taxpayer_no
"""


@dataclass
class Standing:
    """Where a company's first row and its documents are."""

    row: Row
    documents: int
    marked: int
    rejected: list[str] = field(default_factory=list)

    def brought(self, service: str) -> int | None:
        """Documents of a company that its download brought; None where they were there before."""
        return None if service == "gateway_status" else self.marked if service == "leqi_risk" else self.documents

    def waits(self) -> bool:
        """Whether the row comes back by itself, and nobody holds it."""
        return bool(self.row["not_before"] or self.row["not_before_day"]) and self.row["lease_until"] is None

    def said(self) -> str:
        """What the row, or the row of its answer that was left out, says."""
        row = self.row
        return " ".join(filter(None, (row["error_code"], row["error_message"], row["advice"], *self.rejected[:1])))


@dataclass
class HostileRoom:
    """A pool, a bureau and a worker process."""

    pool: psycopg.Connection[Row]
    bureau: HostileBureau
    worker: subprocess.Popen[str]
    ends: list[str] = field(default_factory=list)
    megabytes: int = 0
    _runs: Iterator[int] = field(default_factory=lambda: count(1))

    def companies(self, numbers: Sequence[str], channel: str, downloads: list[str]) -> None:
        """Companies of a channel with one scheme over them."""
        self.pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '总部') ON CONFLICT DO NOTHING")
        with self.pool.cursor() as cursor:
            cursor.executemany(_COMPANY, [(number, channel, UNIT) for number in numbers])
            if channel == "etax":
                cursor.executemany(_ACCOUNT, [(number,) for number in numbers])
        self.pool.execute(_SCHEME, [downloads])

    def step(self, step: str, dag: str, at: datetime, day: date | None = None, taxpayers: Sequence[str] = ()) -> None:
        """One operator at an instant, the bureau's day the same."""
        day = day or at.date()
        self.bureau.bureau.today = at.date()
        order = {"step": step, "dag": dag, "day": str(day), "now": at.isoformat(), "run": f"run {next(self._runs)}",
                 "taxpayers": list(taxpayers)}  # fmt: skip
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(json.dumps(order) + "\n")
        self.worker.stdin.flush()
        line = self.worker.stdout.readline()
        answer = json.loads(line) if line else {"ended": "the worker is dead", "megabytes": 0}
        self.ends.append(f"{step} of {dag} at {at}: {answer['ended']}")
        self.megabytes = max(self.megabytes, answer["megabytes"])

    def standings(self, dag: str) -> Mapping[str, Standing]:
        """By tax number: what became of the first row of each company, the one that met its answer."""
        documents = (
            "SELECT taxpayer_no, count(*) AS n, count(risk_status) AS marked FROM fapiao.invoice GROUP BY taxpayer_no"
        )
        held = {row["taxpayer_no"]: row for row in self.pool.execute(documents)}
        rejected = {row["taxpayer_no"]: row["reasons"] for row in self.pool.execute(_REJECTED)}
        nothing = {"n": 0, "marked": 0}
        return {
            row["taxpayer_no"]: Standing(
                row, *(held.get(row["taxpayer_no"], nothing)[name] for name in ("n", "marked")), rejected.get(row["taxpayer_no"], [])
            )
            for row in self.pool.execute(_FIRST, [dag])
        }  # fmt: skip


def three_documents(owner: Party, number: int, direction: str, days: Sequence[date], **state: str) -> list[Document]:
    """Three 数电 invoices of a company, on these days."""
    found = []
    for place, day in enumerate(days):
        amount = Decimal(100 + place)
        tax = amount * Decimal("0.13")
        line = Line(
            "*纸制品*复印纸", "1060105000000000000", "A4", "箱", Decimal(1), amount, amount, Decimal("0.13"), tax
        )
        issued = datetime(day.year, day.month, day.day, 9, 30, place)  # noqa: DTZ001 the bureau's own time
        digits = f"{day:%y}312{number * 10 + place:015d}"
        found.append(
            Document("81", direction, owner, OTHER, issued, digits, amount=amount, tax=tax, lines=(line,), state=state)
        )
    return found


def _connections(url: str) -> dict[str, str]:
    extra: Row = {"timeout_seconds": PATIENCE, "concurrency": 8}
    tenant = {"tenantid": "t", "accountId": "a", "user": GATEWAY["user"], "businessSystemCode": "FAPIAO"}
    leqi = {"conn_type": "leqi", "host": url, "login": "JRDW000001", "password": KEY.hex()}
    gateway = {"conn_type": "http", "host": url, "login": GATEWAY["app"], "password": GATEWAY["secret"]}
    return {
        "AIRFLOW_CONN_LEQI": json.dumps(leqi | {"extra": json.dumps(extra | {"sydwptbh": UNIT})}),
        "AIRFLOW_CONN_BUREAU_GATEWAY": json.dumps(gateway | {"extra": json.dumps(extra | tenant)}),
    }


@contextmanager
def hostile_room(pool_url: str, bureau: HostileBureau) -> Iterator[HostileRoom]:
    """The room of one service."""
    with listening(bureau.respond) as url, psycopg.connect(pool_url, autocommit=True, row_factory=dict_row) as pool:
        pool.execute("SET TIME ZONE 'Asia/Shanghai'")
        variables = os.environ | _connections(url) | {"AIRFLOW_CONN_INVOICE_POOL": pool_url}
        command = [sys.executable, str(WORKER)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL, **pipes) as worker:
            try:
                yield HostileRoom(pool, bureau, worker)
            finally:
                worker.kill()


def at(text: str, **later: float) -> datetime:
    """An instant of Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) + timedelta(**later)
