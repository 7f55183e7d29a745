"""A room for selections: a pool with a company and its 海关缴款书, and a bureau that does and says what a test scripts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.rules.book import rulebook
from fapiao.selection.chosen import Operation, RequestedDocument, SelectionRequest, Surface
from fapiao.selection.rules import selection_rules
from fapiao.tasks import RunDay
from hooks.channels.selection_channel import SelectionChannel
from operators.selections.session import SelectionSession
from operators.selections.worker import select_due
from scripted_selection import ScriptedBureau

OWNER = "91310000MA1EXAMP07"
SMALL = "91310000MA1EXAMPAA"
DAY = date(2027, 1, 20)
NOON = datetime(2027, 1, 20, 4, tzinfo=UTC)
_DOCUMENT = """
INSERT INTO pool.document (
    direction, taxpayer_no, document_key, document, invoice_type, issue_date, tax_amount, selection_status, detail_level,
    first_collected_at, channel, batch_no)
SELECT 'input', %(taxpayer_no)s, key, 'customs', %(invoice_type)s, %(issue_date)s, 13, %(status)s, 'header', now(),
    'leqi', 'B0'
FROM unnest(%(keys)s::text[]) AS key
"""
_TAXPAYER = """
INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, company_type, leqi_id, bureau_city_code, bureau_city)
VALUES (%(taxpayer_no)s, '示例公司', 'ORG1', %(channel)s, %(company_type)s, 'SYDW', '3100', '上海')
"""


class SelectionRoom:
    """One pool, one company, one bureau on both channels, and a clock that a test turns."""

    def __init__(
        self, pool_url: str, bureau: ScriptedBureau, bureaus: Mapping[str, SelectionChannel] | None = None
    ) -> None:
        self.url = pool_url
        self.bureau = bureau
        self.bureaus = bureaus or {"leqi": bureau, "etax": bureau}
        self.now = NOON
        self.pool: psycopg.Connection[dict[str, Any]] = psycopg.connect(pool_url, autocommit=True, row_factory=dict_row)
        self.worker = psycopg.connect(pool_url)
        self._runs = 0
        self.session = self.sit("run-0")

    def sit(self, run_id: str, connection: psycopg.Connection[Any] | None = None) -> SelectionSession:
        """A desk for a run."""
        run = RunDay("selection", run_id, DAY, DAY.isoformat(), explicit=False)
        return SelectionSession(
            connection or self.worker, run, "worker", lambda: self.now,
            self.bureaus, selection_rules(), rulebook(),
        )  # fmt: skip

    def another_run(self) -> SelectionSession:
        """A desk for a submission of its own."""
        self._runs += 1
        return self.sit(f"run-{self._runs}")

    def company(
        self, taxpayer_no: str = OWNER, channel: str = "leqi", company_type: str = "general", **account: Any
    ) -> str:
        """A company, with a default account that receives."""
        self.pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '总部') ON CONFLICT DO NOTHING")
        self.pool.execute(_TAXPAYER, {"taxpayer_no": taxpayer_no, "channel": channel, "company_type": company_type})
        self.add_account(
            taxpayer_no, **{"account": "13800000000", "account_type": "receive", "is_default": True} | account
        )
        return taxpayer_no

    def add_account(self, taxpayer_no: str, account: str, account_type: str, is_default: bool = False) -> None:
        """One more account."""
        self.pool.execute(
            "INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default) VALUES (%s, %s, %s, %s)",
            [taxpayer_no, account, account_type, is_default],
        )

    def documents(self, *keys: str, taxpayer_no: str = OWNER, status: str | None = "0", **values: Any) -> list[str]:
        """海关缴款书 in the pool."""
        usual = {"taxpayer_no": taxpayer_no, "keys": list(keys), "status": status, "issue_date": date(2027, 1, 5)}
        self.pool.execute(_DOCUMENT, usual | {"invoice_type": "customs"} | values)
        return list(keys)

    def request(
        self, keys: Sequence[str], operation: Operation = "not_deduct", surface: Surface = "interactive",
        taxpayer_no: str = OWNER, reason: str | None = "1",
    ) -> SelectionRequest:  # fmt: skip
        """A request over documents of one company."""
        return SelectionRequest(operation, surface, [RequestedDocument(taxpayer_no, key, reason) for key in keys])

    def work(self, channel: str = "leqi") -> int:
        """Handles what is due."""
        return select_due(self.session, channel)

    def wait_over(self) -> None:
        """The waiting time of every request is over, also of an upload without an answer."""
        self.pool.execute(
            "UPDATE sync.selection SET not_before = NULL, lease_until = NULL, sent_at = sent_at - interval '1 hour'"
            " WHERE finished_at IS NULL AND login_request_id IS NULL"
        )

    def later(self, seconds: float) -> None:
        """Turns the clock."""
        self.now += timedelta(seconds=seconds)

    def row(self, **where: Any) -> dict[str, Any]:
        """The only request."""
        (found,) = self.rows(**where)
        return found

    def rows(self, **where: Any) -> list[dict[str, Any]]:
        """Requests in order."""
        rows = self.pool.execute("SELECT * FROM sync.selection ORDER BY selection_id").fetchall()
        return [row for row in rows if all(row[name] == value for name, value in where.items())]

    def ledger(self) -> dict[str, dict[str, Any]]:
        """The newest entry of each document."""
        rows = self.pool.execute("SELECT * FROM fapiao.selection_ledger ORDER BY selection_id").fetchall()
        return {row["document_key"]: row for row in rows}

    def document(self, key: str) -> dict[str, Any]:
        """The pool's row."""
        found = self.pool.execute("SELECT * FROM pool.document WHERE document_key = %s", [key]).fetchone()
        assert found
        return found

    def statuses(self) -> dict[str, str | None]:
        """勾选状态 of every document."""
        rows = self.pool.execute("SELECT document_key, selection_status FROM pool.document").fetchall()
        return {row["document_key"]: row["selection_status"] for row in rows}

    def changes(self, key: str) -> dict[str, tuple[Any, Any]]:
        """The newest change of each column of a document."""
        rows = self.pool.execute(
            "SELECT * FROM pool.change WHERE document_key = %s AND channel <> '' ORDER BY change_id", [key]
        ).fetchall()
        return {row["column_name"]: (row["old_value"], row["new_value"]) for row in rows}

    def close(self) -> None:
        """Closes both sessions."""
        self.worker.close()
        self.pool.close()


@contextmanager
def selecting_in(
    pool_url: str,
    prepare: Callable[[SelectionRoom], object] | None = None,
    bureaus: Mapping[str, SelectionChannel] | None = None,
) -> Iterator[SelectionRoom]:
    """A room with one company on 乐企, unless `prepare` furnishes it otherwise."""
    room = SelectionRoom(pool_url, ScriptedBureau(), bureaus)
    try:
        room.company() if prepare is None else prepare(room)
        yield room
    finally:
        room.close()
