"""What one worker has before it: a connection of its own, the bureau, the rules and the day it works for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from fapiao.downloads.protocol import USAGE_JOBS, Request
from fapiao.errors import FapiaoError
from fapiao.queries import query
from fapiao.rules.book import RuleBook
from fapiao.tasks import Claim, RunDay
from hooks.channels.download_channel import DownloadChannel
from hooks.enterprise.parameters import Parameters
from hooks.queues.login_requests import LoginRequests
from hooks.queues.quota_ledger import QuotaLedger
from hooks.queues.tasks import TaskTable


@dataclass(frozen=True, slots=True)
class SessionTables:
    """The tables a transaction works on."""

    connection: psycopg.Connection[Any]
    tasks: TaskTable
    ledger: QuotaLedger
    logins: LoginRequests


@dataclass(frozen=True, slots=True)
class WorkerSession:
    """One worker's place; `now` is the clock, an argument so that tests turn it."""

    connection: psycopg.Connection[Any]
    bureau: DownloadChannel
    rules: RuleBook
    run: RunDay
    parameters: Parameters
    now: Callable[[], datetime]

    @contextmanager
    def transaction(self) -> Iterator[SessionTables]:
        """All or nothing on the worker's own connection."""
        with self.connection.transaction():
            yield SessionTables(
                self.connection,
                TaskTable(self.connection),
                QuotaLedger(self.connection),
                LoginRequests(self.connection),
            )

    def quota_day(self) -> date:
        """The day on which an application made now counts."""
        return self.run.quota_day(self.now())

    def parameter(self, kind: str, key: str) -> str:
        """A parameter's value, or the default of include/rules/parameters.yaml."""
        return self.parameters.get((kind, key)) or self.rules.parameter_default(kind, key)

    def request(self, claim: Claim) -> Request:
        """The claimed row as the bureau sees it, with the taxpayer's own 乐企 id where it has one."""
        fresh = claim.status == "pending"
        with self.transaction() as work:
            row = work.connection.execute(
                query("tasks", "bureau_identity"), {"taxpayer_no": claim.taxpayer_no}
            ).fetchone()
            asked = work.tasks.usage_questions(claim) if fresh and claim.job in USAGE_JOBS else []
        if row is None:
            raise FapiaoError(
                f"taxpayer {claim.taxpayer_no} of task {claim.batch_no} is no longer there: load it again"
            )
        return Request(
            task_id=claim.task_id,
            taxpayer_no=claim.taxpayer_no,
            leqi_id=row[0],
            direction=claim.direction,
            download_type=claim.download_type,
            job=claim.job,
            document=claim.document,
            invoice_type=claim.invoice_type,
            window_start=claim.window_start,
            window_end=claim.window_end,
            channel=claim.channel,
            argument=claim.argument,
            observed_at=claim.observed_at or self.run.instant(self.now()),
            questions=asked,
        )
