"""What the queue of selections holds, in the hands of a worker or of a person who submits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from fapiao.selection.checks import DocumentFacts
from fapiao.selection.chosen import Operation, Surface
from fapiao.tasks import WaitingRow

Status = Literal["unprocessed", "processing", "succeeded", "failed"]
"""未处理 · 处理中 · 处理成功 · 处理失败"""
STATISTICS = ("make_statistics", "undo_statistics", "confirm_statistics")
LOCAL = ("preselect", "undo_preselect")
"""Operations that no channel hears of (R221)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(WaitingRow):
    """One row of sync.selection in the hands of one worker.

    `sent` without `request_no`: an upload left and nobody knows whether it arrived; `unanswered_seconds` is how much
    longer it is left alone before the bureau is asked what it holds.
    """

    key = "selection_id"
    selection_id: int
    operation: Operation
    surface: Surface
    status: Status
    tax_period: str | None
    request_no: str | None
    holdings_no: str | None
    sent: bool
    account: str | None
    unanswered_seconds: float

    @property
    def login_account(self) -> str | None:
        """The account that was chosen for the request (R178)."""
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument(DocumentFacts):
    """A document of a request that is not settled, as the pool has it now; money in yuan."""

    taxpayer_no: str
    tax_amount: Decimal | None = None
    effective_tax_amount: Decimal | None = None
    tax_period: str | None = None


@dataclass(frozen=True, slots=True)
class TaxpayerProfile:
    """企业基础资料 of a tax number as a selection needs them; account and type are of the default one for 收票."""

    taxpayer_no: str
    name: str
    org_code: str | None
    channel: str
    small_scale: bool
    leqi_id: str | None
    city_code: str | None
    bureau_city: str | None
    account: str | None
    account_type: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one document; `code` and `text` are the bureau's own, or ours."""

    document_key: str
    state: Literal["succeeded", "failed"]
    code: str
    text: str
    tax_period: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """The documents of a request by what became of them; `refusals` are up to two different (code, text)."""

    open: int
    succeeded: int
    failed: int
    refusals: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One row of 税局用票台账; `hint` is what the manual shows beside a task in 处理中 (R218)."""

    document_key: str
    taxpayer_no: str
    batch_no: str
    parent_batch_no: str
    operation: str
    operation_label: str
    state: str
    state_label: str
    task_status: str
    task_status_label: str
    status_before: str | None
    status_after: str | None
    status_before_label: str | None
    status_after_label: str | None
    result_code: str | None
    result_text: str | None
    reason_label: str | None
    reason_text: str | None
    tax_period: str | None
    created_at: datetime
    settled_at: datetime | None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class RequestProgress:
    """How far one request of a submission is."""

    batch_no: str
    taxpayer_no: str
    taxpayer_name: str
    operation: str
    status: Status
    status_label: str
    document_count: int
    succeeded_count: int
    failed_count: int
    error_message: str | None
    advice: str | None


@dataclass(frozen=True, slots=True)
class SubmissionProgress:
    """How far a submission is: documents in all, done and refused, requests by status, and the requests (R152)."""

    documents: int
    succeeded: int
    failed: int
    statuses: Mapping[str, int]
    requests: Sequence[RequestProgress]

    @property
    def finished(self) -> bool:
        """Whether nothing is left to wait for."""
        return not {"unprocessed", "processing"} & {*self.statuses}
