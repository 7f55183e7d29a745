"""What one worker has before it: a connection of its own, the bureau, the rules and the day it works for."""

from collections.abc import Callable, Iterator, Mapping
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
from hooks.channels.download_channel import Bureau
from hooks.queues.login_requests import LoginRequests
from hooks.queues.quota_ledger import Ledger
from hooks.queues.tasks import TaskTable

Parameters = Mapping[tuple[str, str], str]


def read_parameters(connection: psycopg.Connection[Any]) -> Parameters:
    """The parameters that are set (invsm_param_configuration), by type and key."""
    rows = connection.execute(query("plan", "parameters")).fetchall()
    return {(kind, key): value for kind, key, value in rows}


@dataclass(frozen=True, slots=True)
class Work:
    """The tables a transaction works on."""

    connection: psycopg.Connection[Any]
    tasks: TaskTable
    ledger: Ledger
    logins: LoginRequests


@dataclass(frozen=True, slots=True)
class Desk:
    """One worker's place; `now` is the clock, an argument so that tests turn it."""

    connection: psycopg.Connection[Any]
    bureau: Bureau
    rules: RuleBook
    run: RunDay
    parameters: Parameters
    now: Callable[[], datetime]

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """All or nothing on the worker's own connection."""
        with self.connection.transaction():
            yield Work(
                self.connection, TaskTable(self.connection), Ledger(self.connection), LoginRequests(self.connection)
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
