"""What a merge is told and what it answers: whose documents, the rows to verify, repeats and counts."""

from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from operator import add
from typing import Literal

StatusMode = Literal["verify_and_store", "update_only", "verify_to_cache"]


@dataclass(frozen=True, slots=True)
class MergeContext:
    """The task a merge works for; `insert_missing` False updates only what the pool holds.

    `status_mode` is that of the scheme, for rows of a status update (R126 to R129); None for every other download. It
    decides about documents that the pool lacks: the statuses of those that it holds change in every mode (A-33).
    `generation` is the series of answers.
    """

    batch_no: str
    channel: str
    direction: str
    taxpayer_no: str
    insert_missing: bool = True
    status_mode: StatusMode | None = None
    generation: int = 1


@dataclass(frozen=True, slots=True)
class ToVerify:
    """A document that waits in the cache for its verification, with what its header says; amounts in yuan."""

    document_key: str
    invoice_type: str
    invoice_code: str | None
    invoice_no: str | None
    etax_invoice_no: str | None
    issue_date: date | None
    amount: Decimal | None
    tax_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Documents named more than once in a reply set: word for word the same, or contradicting; keys of the latter."""

    identical: int
    differing: int
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """downloaded = inserted + updated + unchanged + ignored + failed (A-48); sums of distinct documents, in yuan."""

    downloaded: int
    inserted: int
    updated: int
    unchanged: int
    ignored: int
    failed: int
    amount_sum: Decimal
    tax_sum: Decimal

    def __add__(self, other: "MergeCounts") -> "MergeCounts":
        """The counts of two merges together."""
        return MergeCounts(*map(add, astuple(self), astuple(other)))
