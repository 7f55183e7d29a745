"""Submissions of selections and what people ask about them: statements of selection.sql that no worker needs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from fapiao.errors import BureauError, error_columns
from fapiao.queries import query
from fapiao.selection.checks import DocumentFacts
from fapiao.selection.chosen import Operation, RequestedDocument, Surface
from fapiao.selection.records import LedgerEntry, OpenDocument, RequestProgress, Status, TaxpayerProfile
from fapiao.selection.submission import AccountChoice
from fapiao.tasks import RunDay
from hooks.queues.statements import Statements

DAG_ID = "selection"
"""The dag_id of submissions in sync.batch, whoever makes them."""


@dataclass(frozen=True, slots=True)
class LocalMark:
    """预勾选 or back: the status that our own pool has before and after, from `at` on."""

    from_status: str
    to_status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewSelection:
    """One request that a submission adds; `why` of one that is born failed, `mark` of one that is done at once."""

    parent_batch_no: str
    part_no: int
    operation: Operation
    surface: Surface
    whose: TaxpayerProfile
    account: str | None
    documents: Sequence[DocumentFacts]
    why: BureauError | None = None
    mark: LocalMark | None = None
    retry_of: int | None = None

    @property
    def status(self) -> Status:
        """What the request is born as."""
        if self.why:
            return "failed"
        return "succeeded" if self.mark else "unprocessed"


@dataclass(frozen=True, slots=True)
class Retriable:
    """A request that a person wants retried, locked."""

    selection_id: int
    batch_no: str
    operation: Operation
    taxpayer_no: str
    organisations: list[str | None]
    status: Status
    account: str | None
    retried: bool


class Submissions(Statements):
    """What submitting, retrying and asking need of sync.selection; the caller owns the transactions."""

    sql_file = "selection"

    def lock(self, taxpayers: Sequence[str]) -> None:
        """One submission at a time over these tax numbers, to the end of the transaction."""
        self._run("lock_taxpayers", taxpayers=list(taxpayers))

    def lock_pool(self, taxpayers: Sequence[str]) -> None:
        """Nobody else writes documents of these tax numbers to the end of the transaction; a local mark needs it."""
        for taxpayer_no in sorted(set(taxpayers)):
            self._run("lock_pool", taxpayer_no=taxpayer_no)

    def documents(self, chosen: Sequence[RequestedDocument]) -> dict[str, list[DocumentFacts]]:
        """The picked documents as the pool has them, by tax number, each list by key."""
        rows = self._records(OpenDocument, "documents", chosen=Jsonb([asdict(one) for one in chosen]))
        found: dict[str, list[DocumentFacts]] = {}
        for row in rows:
            found.setdefault(row.taxpayer_no, []).append(row)
        return found

    def accounts(self, taxpayer_no: str) -> list[AccountChoice]:
        """换账号: the accounts with 收票 rights, the default one first (R178)."""
        return self._records(AccountChoice, "accounts", taxpayer_no=taxpayer_no)

    def find(self, run: RunDay) -> tuple[str, list[str]] | None:
        """The submission that this run made before, with its requests."""
        row = self._run("find_submission", dag_id=DAG_ID, run_id=run.run_id).fetchone()
        return (row[0], list(row[1])) if row else None

    def open(self, run: RunDay, actor: str, planned: int) -> str:
        """A new submission's number. Raises psycopg.errors.UniqueViolation where the run has made one."""
        values = {"dag_id": DAG_ID, "run_id": run.run_id, "day": run.day, "created_by": actor, "planned": planned}
        return str(self._one("open_submission", **values)[0])

    def add(self, request: NewSelection) -> str:
        """One request with its documents; its batch number. A local mark is made in the pool on the way."""
        whose, words = request.whose, error_columns(request.why)
        selection_id, batch_no = self._one(
            "add",
            parent_batch_no=request.parent_batch_no,
            part_no=request.part_no,
            operation=request.operation,
            surface=request.surface,
            taxpayer_no=whose.taxpayer_no,
            taxpayer_name=whose.name,
            org_code=whose.org_code,
            channel=whose.channel,
            account=request.account or whose.account,
            city_code=whose.city_code,
            status=request.status,
            document_count=len(request.documents),
            retry_of=request.retry_of,
            **words,
        )
        if request.mark:
            self._mark(request, batch_no, request.mark)
        self._add_items(request, selection_id, words)
        return str(batch_no)

    def _mark(self, request: NewSelection, batch_no: str, mark: LocalMark) -> None:
        self._run(
            "mark_locally",
            taxpayer_no=request.whose.taxpayer_no,
            keys=[one.document_key for one in request.documents],
            from_status=mark.from_status,
            to_status=mark.to_status,
            batch_no=batch_no,
            channel=request.whose.channel,
            observed_at=mark.at,
        )

    def _add_items(self, request: NewSelection, selection_id: int, words: Mapping[str, str | None]) -> None:
        documents = [
            {"document_key": one.document_key, "reason": one.reason, "reason_text": one.reason_text}
            for one in request.documents
        ]
        self._run(
            "add_items",
            selection_id=selection_id,
            taxpayer_no=request.whose.taxpayer_no,
            status=request.status,
            from_status=request.mark.from_status if request.mark else None,
            documents=Jsonb(documents),
            **words,
        )

    def progress(self, parent_batch_no: str) -> list[RequestProgress]:
        """How far each request of a submission is, in order."""
        return self._records(RequestProgress, "progress", parent_batch_no=parent_batch_no)

    def states(self, batches: Sequence[str]) -> list[Mapping[str, Any]]:
        """Channel, 核算组织 of the documents, status, label and words of requests."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return list(cursor.execute(query("selection", "told"), {"batches": list(batches)}))

    def retriable(self, batches: Sequence[str]) -> list[Retriable]:
        """Requests by batch number, locked."""
        self._run("lock_requests", batches=list(batches))
        return self._records(Retriable, "retriable", batches=list(batches))

    def organisations_of(self, document_key: str, taxpayer_no: str) -> list[str | None]:
        """The 核算组织 of a company's document: its own, else the company's."""
        values = {"document_key": document_key, "taxpayer_no": taxpayer_no}
        return [org_code for (org_code,) in self._run("organisations_of_documents", **values)]

    def organisations_of_companies(self, taxpayers: Sequence[str]) -> dict[str, list[str | None]]:
        """The 核算组织 of companies and of all that can be selected of theirs, by tax number."""
        found: dict[str, list[str | None]] = {}
        for taxpayer_no, org_code in self._run("organisations_of_companies", taxpayers=list(taxpayers)):
            found.setdefault(taxpayer_no, []).append(org_code)
        return found

    def failed_documents(self, selection_id: int) -> list[RequestedDocument]:
        """The documents of a request that failed, as they were wished for."""
        return self._records(RequestedDocument, "failed_documents", selection_id=selection_id)

    def latest(self, document_key: str, taxpayer_no: str | None) -> LedgerEntry | None:
        """The newest entry of a document in the ledger."""
        found = self._records(LedgerEntry, "latest", document_key=document_key, taxpayer_no=taxpayer_no)
        return found[0] if found else None
