"""What is said between a selection and the bureau: uploads, results, the tax period and its statistics table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Action = Literal["select", "withdraw"]
"""不抵扣勾选 (gxlxDm 03, authenticateFlag 1) and 撤销不抵扣勾选 (gxlxDm 04, authenticateFlag 0)."""
StatisticsAction = Literal["make", "withdraw", "confirm"]
"""生成统计表, 撤销统计表, 确认签名."""
Outcome = Literal["done", "already", "refused"]
"""The bureau did it; it holds already (RPA says success, 乐企 06); it said no."""


class UnreadableAnswer(ValueError):
    """The answer is not what the channel promises; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Party:
    """Whose documents: the tax number, and its own 乐企 id where it has one."""

    taxpayer_no: str
    leqi_id: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One 海关缴款书 as it is uploaded; money in yuan, `reason` is 不抵扣原因 1 to 5, `reason_text` goes with 5."""

    document_key: str
    issue_date: date
    reason: str | None = None
    reason_text: str | None = None
    tax_amount: Decimal | None = None
    effective_tax_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """The bureau's answer about one document: its own code and text, and what it means.

    `cause` is our stable code where one stands in selection_results.yaml, such as STATISTICS_GENERATED.
    """

    document_key: str
    outcome: Outcome
    code: str
    text: str
    tax_period: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The bureau took the upload: its number, the documents it refused on the spot, when to ask first.

    An empty `request_no`: it took none of them, every one is in `refused`, and there is nothing to ask.
    """

    request_no: str
    refused: Sequence[DocumentResult]
    first_poll_seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """处理中: nothing to tell yet; `login_wait` where the task stands still because nobody is logged in.

    `request_no` is what a question must be asked with the next time, where it became a task of its own (holdings).
    """

    text: str
    wait_seconds: float
    login_wait: bool = False
    request_no: str | None = None


@dataclass(frozen=True, slots=True)
class UnusableAnswer:
    """One element of an answer that says nothing that can be believed; `document_key` where it names a document."""

    document_key: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    """Every document's answer, in no particular order; one that is not among them has no answer yet."""

    documents: Sequence[DocumentResult]
    unusable: Sequence[UnusableAnswer] = ()


@dataclass(frozen=True, slots=True)
class TaxPeriod:
    """当前税款所属期: YYYYMM, the last day it can be declared on, and the state of its statistics table.

    `statistics` is createTjbbStatus of protocols §7.4; 乐企's 0, 1, 2 are told as 01, 02, 05.
    """

    period: str
    statistics: str
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """当期抵扣勾选统计: state as in TaxPeriod, and what the table counts, by type (protocols §6.5)."""

    period: str
    state: str
    rows: Sequence[Mapping[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Holding:
    """One document the bureau holds as selected in a tax period: its 抵扣用途 (1 抵扣, 2 不抵扣) and 不抵扣原因."""

    document_key: str
    purpose: str
    period: str
    reason: str | None = None


class Holdings(dict[str, Holding]):
    """What the bureau holds, by document; with elements that are `unusable` it does not say all of it."""

    def __init__(self, held: Iterable[Holding] = (), unusable: Iterable[UnusableAnswer] = ()) -> None:
        super().__init__((one.document_key, one) for one in held)
        self.unusable = tuple(unusable)
        self._doubtful = {one.document_key for one in self.unusable}

    def knows(self, document_key: str) -> bool:
        """Whether it is certain that the bureau holds the document, or that it does not."""
        return document_key not in self._doubtful and (document_key in self or None not in self._doubtful)
