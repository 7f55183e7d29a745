"""A claimed task row, and the two kinds of day a run knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, ClassVar

from fapiao.windows import stated

LEASE = timedelta(seconds=60)
"""How long a claimed row waits for a worker that has died."""

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRow:
    """One row of a queue in the hands of one worker; `claim_no` fences off a worker that was thought dead.

    `broke_workers` ended over it.
    """

    key: ClassVar[str]
    claim_no: int
    batch_no: str
    taxpayer_no: str
    channel: str
    attempts: int
    broke_workers: int = 0

    @property
    def row_id(self) -> int:
        """The key of the row in its table."""
        return int(getattr(self, self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow(ClaimedRow):
    """A row that may wait for a login; so many `polls` said 处理中."""

    polls: int

    @property
    def login_account(self) -> str | None:
        """The account that the row names; None where the taxpayer's default one serves it."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(WaitingRow):
    """One task row in the hands of one worker.

    `wanted_types` are those of the types its question answers that it is for; empty: all of them.
    """

    key = "task_id"
    task_id: int
    job: str
    org_code: str | None
    direction: str
    download_type: str
    document: str
    invoice_type: str
    window_start: date | None
    window_end: date | None
    argument: Mapping[str, Any]
    counter: str | None
    automatic: bool
    status: str
    generation: int
    request_no: str | None
    observed_at: datetime | None
    parent_task_id: int | None
    wanted_types: Sequence[str] = ()

    def days(self) -> tuple[date, date]:
        """First and last day. Raises FapiaoError where the bureau's current tax period decides."""
        return stated(self.window_start, self.window_end)


@dataclass(frozen=True, slots=True)
class RunDay:
    """The run a worker belongs to, and the day it works for.

    `explicit` is true where a person named the day (`params.date`): quotas and observation times then belong to that
    day, so that a rehearsal of 2027 reads as 2027. Otherwise they belong to the clock: a backfill of January that is
    applied for in November spends November's quota.
    """

    dag_id: str
    run_id: str
    day: date
    tick: str
    explicit: bool

    def instant(self, now: datetime) -> datetime:
        """The business instant of `now`: the named day with the clock's time of day, or the clock itself."""
        local = now.astimezone(SHANGHAI)
        return datetime.combine(self.day, local.time(), SHANGHAI) if self.explicit else local

    def quota_day(self, now: datetime) -> date:
        """The Asia/Shanghai day on which an application made at `now` counts."""
        return self.instant(now).date()
