"""What a translation starts from and what it leaves: rows ready for staging, and rows that could not be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from fapiao.payloads.line_filter import DroppedLine, LineFilter

UNREADABLE = "UNREADABLE"
Fate = Literal["failed", "ignored"]
"""The counter that holds a row which is not stored."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Why a row is not stored: the counter that holds it, our code, one sentence."""

    fate: Fate
    code: str
    reason: str


Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Context:
    """Whose reply this is: what the rows themselves do not say.

    `taxpayer_no` owns the documents (R063); `invoice_type` is our code, '8208' for toll e-invoices; `observed_at` is
    the instant the bureau answered (aware); `aggregated_on` the 归集日期 of an incremental reply; `line_filter` which
    lines of blue invoices are left out. `aside` judges a row before its fields are read, `objection` the document it
    makes.
    """

    direction: str
    taxpayer_no: str
    invoice_type: str
    observed_at: datetime
    aggregated_on: date | None = None
    tax_org_code: str | None = None
    line_filter: LineFilter | None = None
    aside: Callable[[Row], Aside | None] = lambda _: None
    objection: Callable[[Row], Aside | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not stored: its place in the reply (from 1), its key where it has one, one sentence, the row."""

    row_no: int
    document_key: str | None
    reason: str
    payload: Row
    fate: Fate = "failed"
    code: str = UNREADABLE


@dataclass(slots=True)
class Staged:
    """Rows for the staging of `target`, as `fields.staged_columns(kind)` and `fields.LINE_COLUMNS` order them."""

    kind: str
    target: str
    documents: list[tuple[object, ...]] = field(default_factory=list)
    lines: list[tuple[object, ...]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    dropped: list[DroppedLine] = field(default_factory=list)
