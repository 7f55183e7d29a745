"""What speaks against 获取异步结果, 手工重试 and 作废任务 for one task, as keys of sentences (S4 §3.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fapiao.rules.book import RuleBook

RETRY_SPACING = timedelta(minutes=3)
"""S4 §3.3: 若同一任务的重试时间间隔小于3分钟 is refused; three minutes to the instant are enough (R321)."""
MOST_VOIDED = 500
"""S4 §3.3: 单次最多500个 (R324)."""
RPA = "etax"
SET_ASIDE = "SET_ASIDE"
"""The error code of a row that broke its workers and rests until a person says what becomes of it."""

Objection = tuple[str, str]
"""Key and surface of the sentence."""


@dataclass(frozen=True, slots=True)
class SelectedTask:
    """One selected task, locked; `last_request` is when any task last asked the bureau for this download.

    A file has no channel (R251): nothing of what spares the bureau holds for it.
    """

    task_id: int
    batch_no: str
    org_code: str | None
    channel: str | None
    status: str
    void_state: str | None
    small_scale: bool
    under_way: bool
    retried: bool
    last_request: datetime | None
    set_aside: bool = False


def poll_objections(task: SelectedTask, rules: RuleBook, _now: datetime) -> Iterator[Objection]:
    """获取异步结果: only 进销项数据不全 and 下载处理中 (A-07, R319), and what was set aside, whatever it waits for."""
    if task.void_state:
        yield "void_already", "interactive"
    elif task.set_aside:
        return
    elif task.channel is None:
        yield "poll_file", "interactive"
    elif task.status not in rules.statuses_for("poll"):
        yield "poll_status", "interactive"
    elif task.under_way:
        yield "under_way", "interactive"


def retry_objections(task: SelectedTask, rules: RuleBook, now: datetime) -> Iterator[Objection]:
    """手工重试: RPA and failed states only, not within three minutes, never for small-scale taxpayers (R320–R322).

    The kept file of a failed import is read again at any time (R257).
    """
    if task.channel not in (RPA, None):
        yield "retry_channel", "retry"
    if task.void_state:
        yield "void_already", "interactive"
    elif task.status not in rules.statuses_for("retry"):
        yield "retry_status", "retry"
    elif task.retried:
        yield "retry_done", "retry"
    elif task.channel == RPA:
        yield from _against_a_new_request(task, now)


def _against_a_new_request(task: SelectedTask, now: datetime) -> Iterator[Objection]:
    if task.small_scale:
        yield "small_scale_download", "retry"
    if task.under_way:
        yield "under_way", "retry"
    elif task.last_request and now - task.last_request < RETRY_SPACING:
        yield "retry_too_soon", "retry"


def void_objections(task: SelectedTask, rules: RuleBook, _now: datetime) -> Iterator[Objection]:
    """作废任务: whatever is not at its end (R323)."""
    if task.void_state:
        yield "void_already", "interactive"
    elif task.status not in rules.statuses_for("void"):
        yield "void_status", "interactive"


def terminate_objections(task: SelectedTask, rules: RuleBook, _now: datetime) -> Iterator[Objection]:
    """终止 of a history sync: whatever waits or runs (R256)."""
    if task.void_state:
        yield "void_already", "interactive"
    elif task.status not in rules.statuses_for("terminate"):
        yield "void_status", "interactive"


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What came of an action on one task: the sentence to show, the new task of a retry, the slots of the ledger."""

    batch_no: str
    message: str
    new_batch_no: str | None = None
    quota: dict[str, int] = field(default_factory=dict)


def standing(row: Mapping[str, Any], processing: str | None) -> str:
    """How a row stands: its status and what is said of it, or `processing` (任务处理中) where nothing is."""
    if processing and not row["error_message"]:
        return processing
    return "：".join(filter(None, [row["status_label"], row["error_message"]]))
