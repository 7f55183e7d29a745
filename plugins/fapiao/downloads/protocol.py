"""What is said between a task row and a channel: a request, and the three answers apply, poll and fetch give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal

from fapiao.texts.said import Said
from fapiao.windows import stated

Argument = Mapping[str, Any]
USAGE_JOBS = ("usage_status", "history_usage")
"""Jobs whose rows ask for the usage of single invoices: after a full input download, and by a history sync."""


@dataclass(frozen=True, slots=True)
class Request:
    """One task row as a channel sees it; dates are Asia/Shanghai days, both ends included.

    No window: the bureau's current tax period decides. `argument` holds what a person or a parent task chose beyond the
    window (filters, the invoices of a file download); `questions` what a parent download left to ask.
    """

    task_id: int
    taxpayer_no: str
    leqi_id: str | None
    direction: str
    download_type: str
    job: str
    document: str
    invoice_type: str
    window_start: date | None
    window_end: date | None
    observed_at: datetime
    channel: str = "leqi"
    argument: Argument = field(default_factory=dict)
    questions: Sequence[Argument] = ()

    def days(self) -> tuple[date, date]:
        """First and last day. Raises FapiaoError where the bureau's current tax period decides."""
        return stated(self.window_start, self.window_end)


@dataclass(frozen=True, slots=True)
class Applied:
    """The bureau took the application: its number, the questions to ask, and when to ask first."""

    request_no: str
    parts: Sequence[Argument]
    first_poll_seconds: float


class Readiness(Enum):
    """How far a request is: 处理中, 已就绪, 没有数据, 失败."""

    PROCESSING = "processing"
    READY = "ready"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Package:
    """One package as it came: the decrypted bytes, how many rows they carry, and what comes after it.

    `announced` is the total the bureau names: packages, or rows where it scrolls; it must not change in a series.
    """

    body: bytes
    row_count: int
    announced: int
    cursor: str | None
    last: bool
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class PollResult:
    """The answer to a poll: how far, why, when to ask again, and the first page where it came along.

    `argument` is what a question still processing must remember from now on, such as the number it was given; `answer`
    all that came with a failure, or with the word that there is nothing.
    """

    stage: Readiness
    text: str = ""
    code: str = ""
    advice: str | Said = ""
    wait_seconds: float = 0.0
    page: Package | None = None
    argument: Argument | None = None
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Login:
    """Whether the channel can work for a taxpayer: `online`, `auto` (logs in by itself), `manual` (a person must).

    `account` is the 电子税局账号 and `url` the page on which a person logs in, where the channel names them;
    `wait_seconds` says when it is worth asking again.
    """

    state: Literal["online", "auto", "manual"]
    account: str | None = None
    url: str | None = None
    wait_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class PartCursor:
    """Where a question stands: which package is next, and what the bureau said before."""

    part_no: int
    argument: Argument = field(default_factory=dict)
    announced: int | None = None
    stored: int = 0
    cursor: str | None = None
