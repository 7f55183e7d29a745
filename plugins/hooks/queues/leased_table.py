"""The table of a leased queue: what every queue does alike, each by the statement of that name in its own SQL file."""

from datetime import timedelta
from typing import Any, Generic, TypeVar

from fapiao.errors import BureauError, LeaseLost, error_columns
from fapiao.tasks import LEASE, ClaimedRow
from hooks.queues.statements import Statements

Row = TypeVar("Row", bound=ClaimedRow)
MOST_WAITS = 7
"""Failures in a row after which no run stays for a row's next time: the sweep comes by."""


class LeasedTable(Statements, Generic[Row]):
    """The rows of one queue over one connection; the caller owns the transactions.

    A queue has a table and statements of its own (`sql_file`); `claim`, `lock_claimed`, `postpone`, `set_aside` and
    `release` mean the same in all of them. docs/leased_queue.md explains the machine.
    """

    def lock_claimed(self, row: Row) -> None:
        """Locks the row until the transaction ends and extends its lease. Raises LeaseLost."""
        if self._run("lock_claimed", row_id=row.row_id, claim_no=row.claim_no, lease=LEASE).fetchone() is None:
            raise LeaseLost(row.batch_no)

    def postpone(
        self, row: Row, seconds: float = 0.0, why: BureauError | None = None, *, cost: int = 0, polls: int = 0
    ) -> None:
        """To be looked at again in `seconds`; `cost` counts attempts (failures), `polls` 处理中 answers."""
        self._postpone(row, seconds, why, cost=cost, polls=polls)

    def put_off(self, row: Row, why: BureauError, broke_workers: int) -> None:
        """To be tried again after an error that nobody expected; so many workers ended over the row by now."""
        self._postpone(row, why.wait_seconds, why, broke=broke_workers)

    def _postpone(self, row: Row, seconds: float, why: BureauError | None, **counted: Any) -> None:
        values = {"broke": 0, "cost": 0, "polls": 0, **counted, **error_columns(why)}
        self._run("postpone", row_id=row.row_id, wait=timedelta(seconds=seconds), **values)

    def set_aside(self, row: Row, why: BureauError, broke_workers: int) -> None:
        """Due for nobody until a person fetches it again or voids it; the status stays."""
        self._run("set_aside", row_id=row.row_id, broke=broke_workers, **error_columns(why))

    def waited(self, row: Row) -> tuple[int, float]:
        """How often in a row nobody could ask about it, and the seconds since the bureau took it or the first time."""
        waits, seconds = self._one("waited", row_id=row.row_id)
        return int(waits), float(seconds)

    def wait_out(self, row: Row, seconds: float, why: BureauError) -> None:
        """To be asked about again in `seconds`, for no attempt: the bureau could not be asked."""
        self._run("wait_out", row_id=row.row_id, wait=timedelta(seconds=seconds), **error_columns(why))

    def wait_for_login(self, row: Row, request: int, why: BureauError) -> None:
        """The row stands behind a login request and goes on by itself after the login (R216)."""
        self._run("wait_for_login", row_id=row.row_id, login_request_id=request, **error_columns(why))

    def release(self, owner: str) -> None:
        """Gives up the leases of a worker that ends."""
        self._run("release", owner=owner)

    def _next_due(self, **which: Any) -> tuple[int, float | None]:
        """How many rows are open, and the seconds until the earliest is due or its login is looked at.

        None: time alone makes no row due.
        """
        open_rows, seconds = self._one("next_due", most_waits=MOST_WAITS, **which)
        return int(open_rows), None if seconds is None else max(float(seconds), 0.0)
