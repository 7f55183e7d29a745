"""The queue of selections (用票任务): every read and write of a worker, each a statement of selection.sql."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from fapiao.errors import BureauError, error_columns
from fapiao.selection.answers import Uploaded
from fapiao.selection.checks import StatisticsState
from fapiao.selection.records import DocumentCounts, OpenDocument, Selection, Settled, TaxpayerProfile
from fapiao.tasks import LEASE
from hooks.queues.leased_table import LeasedTable

Connection = psycopg.Connection[Any]


class SelectionTable(LeasedTable[Selection]):
    """The rows of sync.selection and their documents; the caller owns the transactions."""

    sql_file = "selection"

    def claim(
        self,
        owner: str,
        channels: Collection[str],
        limit: int,
        unanswered: timedelta,
        batches: Sequence[str] | None = None,
        *,
        suspects: bool | None = None,
    ) -> list[Selection]:
        """Takes up to `limit` due requests for `owner`; with `batches` exactly those, due or not.

        `suspects` are the rows that an earlier worker held and never gave back: only them, none of them, or both.
        """
        asked = None if batches is None else list(batches)
        which = {"channels": list(channels), "batches": asked, "suspects": suspects}
        found = self._records(Selection, "claim", owner=owner, limit=limit, lease=LEASE, unanswered=unanswered, **which)
        return sorted(found, key=lambda one: one.selection_id)

    def _postpone(self, row: Selection, seconds: float, why: BureauError | None, **counted: Any) -> None:
        """As every queue's; of an upload in doubt what its workers broke is not forgiven: it is yet to be repeated."""
        in_doubt = row.sent and row.request_no is None
        super()._postpone(row, seconds, why, **({"broke": row.broke_workers if in_doubt else 0} | counted))

    def basics(self, taxpayers: Collection[str]) -> dict[str, TaxpayerProfile]:
        """企业基础资料 by tax number; one that is not there is left out."""
        rows = self._records(TaxpayerProfile, "basics", taxpayers=list(taxpayers))
        return {row.taxpayer_no: row for row in rows}

    def open_documents(self, row: Selection) -> list[OpenDocument]:
        """The documents that are not settled, by key."""
        return self._records(OpenDocument, "open_documents", selection_id=row.selection_id)

    def sent(self, row: Selection, tax_period: str | None) -> None:
        """The upload is about to leave."""
        self._run("sent", selection_id=row.selection_id, tax_period=tax_period)

    def not_sent(self, row: Selection) -> None:
        """The upload provably did not arrive, or what arrived of it is settled."""
        self._run("not_sent", selection_id=row.selection_id)

    def note_holdings(self, row: Selection, holdings_no: str | None) -> None:
        """The bureau works out what it holds under this number; None once it has answered."""
        self._run("note_holdings", selection_id=row.selection_id, holdings_no=holdings_no)

    def accepted(self, row: Selection, uploaded: Uploaded) -> None:
        """处理中: the bureau's number, and when to ask first."""
        wait = timedelta(seconds=uploaded.first_poll_seconds)
        self._run("accepted", selection_id=row.selection_id, request_no=uploaded.request_no, wait=wait)

    def settle(self, row: Selection, settled: Sequence[Settled], observed_at: datetime, to_status: str) -> None:
        """Documents and the pool's columns in one transaction, change rows with them (A-36)."""
        values: dict[str, Any] = {
            "selection_id": row.selection_id,
            "taxpayer_no": row.taxpayer_no,
            "settled": Jsonb([asdict(one) for one in settled]),
        }
        self._run("lock_pool", taxpayer_no=row.taxpayer_no)
        self._run(
            "apply_uses",
            **values,
            to_status=to_status,
            selected=to_status == "1",
            observed_at=observed_at,
            channel=row.channel,
            batch_no=row.batch_no,
        )
        self._run("settle_items", **values)
        tally = self.tally(row)
        self._run("note_counts", selection_id=row.selection_id, succeeded=tally.succeeded, failed=tally.failed)

    def tally(self, row: Selection) -> DocumentCounts:
        """The documents by what became of them."""
        (found,) = self._records(DocumentCounts, "count_items", selection_id=row.selection_id)
        return found

    def finish(
        self, row: Selection, why: BureauError | None, observed_at: datetime | None, tax_period: str | None = None
    ) -> None:
        """The end of a request whose documents are settled; `why` makes it 处理失败."""
        tally = self.tally(row)
        self._run(
            "finish",
            selection_id=row.selection_id,
            status="failed" if why else "succeeded",
            succeeded=tally.succeeded,
            failed=tally.failed,
            observed_at=observed_at,
            tax_period=tax_period,
            **error_columns(why),
        )

    def fail(self, row: Selection, why: BureauError) -> None:
        """The end of a request that cannot go on; its open documents fail with it."""
        self._run(
            "fail_open_items", selection_id=row.selection_id, code=why.code, message=error_columns(why)["message"]
        )
        self.finish(row, why, None)

    def next_due(self, channels: Collection[str], parent_batch_no: str | None = None) -> tuple[int, float | None]:
        """How many requests are open, of a submission or of all, and the seconds until the earliest is due.

        None: time alone makes none due.
        """
        return self._next_due(channels=list(channels), parent=parent_batch_no)

    def open_channels(self) -> list[str]:
        """The channels on which anything is left to do."""
        return [channel for (channel,) in self._run("open_channels").fetchall()]

    def statistics(self, taxpayer_no: str) -> StatisticsState | None:
        """The state of the statistics table as it was heard last, however old."""
        row = self._run("statistics", taxpayer_no=taxpayer_no).fetchone()
        return StatisticsState(*row) if row else None

    def save_statistics(self, taxpayer_no: str, heard: StatisticsState, deadline: date | None = None) -> None:
        """Keeps a state for thirty minutes of the caller's clock (R189)."""
        values = {"state": heard.state, "period": heard.period, "asked_at": heard.asked_at, "deadline": deadline}
        self._run("save_statistics", taxpayer_no=taxpayer_no, **values)

    def clear_statistics(self, taxpayer_no: str) -> None:
        """Forgets the state: the period changed (4.12), or the bureau contradicted it."""
        self._run("clear_statistics", taxpayer_no=taxpayer_no)
