"""A pool, a bureau of one's own and a judge: real DAG runs, then every difference between pool and truth must be explained."""

import base64
import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowRescheduleException
from psycopg.rows import dict_row

from independent_bureau import GATEWAY, KEY, IndependentBureau, serving
from operators.downloads.operators import ApplyOperator, CollectOperator, PlanOperator
from rehearsal import run_dag
from truth import Document, Party, Row, by_place, differences, face, line_rows, pool_lines, pool_rows

PROOF = os.environ.get("FAPIAO_PROOF")
"""How much of the proof is wanted: 1 is all of it, None is nothing."""
UNIT = "SYDW000001"
EVERY_DOWNLOAD = ["input_full", "output_full", "input_incremental", "input_status", "unselected_init"]
_COMPANY = """
INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type, leqi_id, leqi_authorised_on)
VALUES (%(number)s, %(name)s, 'ORG1', %(channel)s, 'general', %(unit)s, '2020-01-01')
"""
_ACCOUNT = """
INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default, login)
VALUES (%s, '13800000000', 'receive', true, 'auto')
"""
_SCHEME = """
WITH made AS (
    INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, frequency)
    VALUES (%(name)s, %(downloads)s, %(types)s, '2020-01-01', '{5,10,15,20,26}') RETURNING scheme_id
)
INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, unnest(%(owners)s::text[]) FROM made
"""
_UNBALANCED = """
SELECT batch_no, downloaded_count, inserted_count, updated_count, unchanged_count, ignored_count, failed_count
FROM fapiao.sync_log
WHERE downloaded_count <> inserted_count + updated_count + unchanged_count + ignored_count + failed_count
"""
_SETTLED = frozenset({"succeeded", "no_data"})
_runs = count(1)


@dataclass
class Room:
    """One pool and one independent bureau."""

    pool: psycopg.Connection[Row]
    bureau: IndependentBureau
    pool_url: str

    def company(self, party: Party, channel: str = "leqi") -> Party:
        """A company of the channel; one of 电子税局 with an account that logs in by itself."""
        self.pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '总部') ON CONFLICT DO NOTHING")
        self.pool.execute(_COMPANY, {"number": party.number, "name": party.name, "channel": channel, "unit": UNIT})
        if channel == "etax":
            self.pool.execute(_ACCOUNT, [party.number])
        return party

    def scheme(self, owners: Iterable[Party], types: Iterable[str], downloads: list[str] = EVERY_DOWNLOAD) -> None:
        """A scheme over companies."""
        values = {"owners": [owner.number for owner in owners], "types": sorted(types), "downloads": downloads}
        self.pool.execute(_SCHEME, values | {"name": f"方案{len(values['types'])}"})

    def run(self, dag_id: str, day: date | str) -> None:
        """One real DAG run, the bureau's day the same."""
        self.bureau.today = date.fromisoformat(str(day))
        run_dag(dag_id, date=str(day))

    def work(self, dag_id: str, day: date | str) -> None:
        """What the tasks of a DAG run do, without Airflow around them: a run that costs milliseconds."""
        self.bureau.today = date.fromisoformat(str(day))
        channel, job = dag_id.split("__")
        run = SimpleNamespace(dag_id=dag_id, run_id=f"run {next(_runs)}", start_date=datetime.now(UTC))
        context = {"params": {"date": str(day)}, "dag_run": run}
        operators = (
            PlanOperator(task_id="plan", channel=channel, job=job),
            ApplyOperator(task_id="apply", channel=channel),
            CollectOperator(task_id="collect", channel=channel, patience=timedelta(seconds=10)),
        )
        for operator in operators:
            _executed(operator, context | {"ti": SimpleNamespace(task_id=operator.task_id, xcom_push=lambda **_: None)})

    def log(self) -> list[Row]:
        """The sync log, oldest first."""
        return self.pool.execute("SELECT * FROM fapiao.sync_log ORDER BY created_at, batch_no").fetchall()

    def ledger(self) -> dict[tuple[str, str, str, str], int]:
        """Full applications that count in our ledger, by owner, direction, type and issue month."""
        rows = self.pool.execute("SELECT * FROM fapiao.quota_usage WHERE channel = 'leqi'").fetchall()
        return {
            (row["taxpayer_no"], row["direction"], row["invoice_type"], f"{row['issue_month']:%Y-%m}"): row[
                "used_this_month"
            ]
            for row in rows
            if row["used_this_month"]
        }

    def counted(self) -> dict[tuple[str, str, str, str], int]:
        """The same by the bureau's own counters."""
        found: dict[tuple[str, str, str, str], int] = {}
        running = (self.bureau.today.year, self.bureau.today.month)
        for (owner, kind, direction, fplx, month, day), used in self.bureau.accepted.items():
            if used and (day.year, day.month) == running:
                key = (owner, "input" if direction == "1" else "output", fplx or kind, month)
                found[key] = found.get(key, 0) + used
        return found


def _executed(operator: Any, context: dict[str, Any]) -> None:
    """Executes it as often as it reschedules itself."""
    while True:
        try:
            operator.execute(context)
        except AirflowRescheduleException as later:
            time.sleep(max((later.reschedule_date - datetime.now(UTC)).total_seconds(), 0.01))
        else:
            return


def covers(task: Row, document: Document) -> bool:
    """Whether a full or incremental download asked for the document."""
    if task["download_type"] not in ("input_full", "output_full", "input_incremental") or task["job"] == "usage_status":
        return False
    mine = (task["taxpayer_no"], task["direction"], task["document"]) == (
        document.owner.number,
        document.direction,
        document.document,
    )
    kinds = {document.kind, "82"} if document.kind == "8208" else {document.kind}
    day = document.issued.date() + timedelta(days=task["window_basis"] == "collection_date")
    first, last = task["window_start"] or date.min, task["window_end"] or date.max  # a file says no days
    return mine and bool(kinds & set(task["invoice_types"])) and first <= day <= last


def speaks(task: Row) -> bool:
    """Whether a row of the log says that it does not have everything, and why."""
    if task["status"] in _SETTLED:
        return bool(task["failed_count"])
    return bool(task["error_code"] and task["error_message"]) or bool(task["missing"])


def unexplained(room: Room, documents: Iterable[Document], kinds: Iterable[str]) -> list[str]:
    """Every silent difference between the pool and the truth, a sentence each; `kinds` are those of the scheme."""
    truth, wanted = by_place(documents), set(kinds)
    rows, lines, log = pool_rows(room.pool), pool_lines(room.pool), room.log()
    problems = [f"invented: {key}" for key in rows.keys() - truth.keys()]
    for key, document in truth.items():
        if document.kind not in wanted:
            problems += [f"stored outside the scheme: {key}"] if key in rows else []
            continue
        if difference := _difference(document, rows.get(key), lines.get(key, [])):
            silent = [task["batch_no"] for task in log if covers(task, document) and not speaks(task)]
            problems += [f"{document.kind} {key} {difference}; silent: {silent}"] if key in rows or silent else []
    return problems + [f"counters of {row['batch_no']}: {row}" for row in room.pool.execute(_UNBALANCED).fetchall()]


def _difference(document: Document, row: Row | None, lines: list[tuple[Any, ...]]) -> Any:
    if row is None:
        return "missing in the pool"
    wrong = differences(row, face(document))
    if lines != line_rows(document):
        wrong["lines"] = (lines, line_rows(document))
    return wrong


_SETTLED_REPLIES = """
SELECT k.batch_no, k.channel, k.downloaded_count, k.download_type,
    coalesce(k.inserted_count + k.updated_count + k.unchanged_count + k.ignored_count + k.failed_count, 0) AS counted, r.body
FROM sync.task AS k
LEFT JOIN sync.reply AS r ON r.task_id = k.task_id AND r.generation = k.generation
WHERE k.status IN ('succeeded', 'no_data') AND k.download_type IN ('input_full', 'output_full', 'input_incremental')
    AND k.job NOT IN ('usage_status', 'bureau_file')
"""


def unconserved(room: Room) -> list[str]:
    """Settled downloads whose kept replies hold another number of rows than they counted, a sentence each."""
    rows, told = Counter[str](), {}
    for row in room.pool.execute(_SETTLED_REPLIES).fetchall():
        told[row["batch_no"]] = (row["downloaded_count"], row["counted"])
        rows[row["batch_no"]] += _kept_rows(row["body"]) if row["body"] else 0
    return [
        f"{batch}: {rows[batch]} rows kept, {counts}" for batch, counts in told.items() if {*counts} != {rows[batch]}
    ]


def _kept_rows(body: bytes) -> int:
    """Rows of a kept reply of either plane."""
    data = json.loads(body)
    packed = json.loads(gzip.decompress(base64.b64decode(data["sjl"]))) if data.get("sjl") else []
    return len(packed) + len(data.get("invoices") or [])


def snapshot(room: Room) -> dict[str, Any]:
    """What a second run may not change."""
    counts = "SELECT count(*) AS n FROM fapiao.invoice_change"
    return {
        "rows": pool_rows(room.pool),
        "lines": pool_lines(room.pool),
        "changes": room.pool.execute(counts).fetchone(),
    }


@contextmanager
def truth_room(pool_url: str, monkeypatch: pytest.MonkeyPatch, bureau: IndependentBureau) -> Iterator[Room]:
    """A room whose connections are set for this process; waits last as long as a poll."""
    quick = {"poll_seconds": 0.02, "concurrency": 4}
    with serving(bureau), psycopg.connect(pool_url, autocommit=True, row_factory=dict_row) as pool:
        pool.execute("SET TIME ZONE 'Asia/Shanghai'")
        leqi = {"conn_type": "leqi", "host": bureau.url, "login": "JRDW000001", "password": KEY.hex(),
                "extra": json.dumps({"sydwptbh": UNIT, **quick})}  # fmt: skip
        tenant = {"tenantid": "t", "accountId": "a", "user": GATEWAY["user"], "usertype": "UserName"}
        gateway = {"conn_type": "http", "host": bureau.url, "login": GATEWAY["app"], "password": GATEWAY["secret"],
                   "extra": json.dumps({**tenant, "businessSystemCode": "FAPIAO", **quick})}  # fmt: skip
        monkeypatch.setenv("AIRFLOW_CONN_INVOICE_POOL", pool_url)
        monkeypatch.setenv("AIRFLOW_CONN_LEQI", json.dumps(leqi))
        monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", json.dumps(gateway))
        yield Room(pool, bureau, pool_url)


NewRoom = Callable[[IndependentBureau], AbstractContextManager[Room]]
"""Makes a room beside a bureau; the fixture `new_room` is one."""
