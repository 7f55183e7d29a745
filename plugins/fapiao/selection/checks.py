"""The nine steps before a selection (S2 产品勾选逻辑), in their order and in this one place: what each needs and says.

`decide` goes through the steps with the facts known so far. It ends with what speaks against the request, with what
has to be asked first, or with the documents that may be sent. Whoever works the request asks and decides again:

    before  reason             发票需要有不抵扣原因才可点击勾选 (A-44)
    1       status             缴款书必须是未勾选或预勾选状态
    2       channel            乐企或电子税局, no other (A-22)
    3       small_scale, type, statistics_cached
    4, 5    login              检测登录; who is not logged in skips 6 to 8, but goes on
    6, 7    statistics_asked   查询企业统计表, good for 30 minutes
    8       statistics_again   as the bureau said it now
    9       period_end         a document dated after the period's month stays behind (规则 13), the rest is sent
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from fapiao.selection.chosen import Surface
from fapiao.selection.rules import CHANNELS, STEPS, SelectionRules, TaskType

OTHER = "5"
"""不抵扣原因 其他, which needs words."""
REASONS = ("1", "2", "3", "4", OTHER)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document as wished for and as the pool has it; `status` None where the pool does not hold it."""

    document_key: str
    reason: str | None = None
    reason_text: str | None = None
    known: bool = True
    document: str = "customs"
    invoice_type: str = "customs"
    status: str | None = None
    issue_date: date | None = None
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class StatisticsState:
    """当期统计表状态 of a tax number as the bureau said it at `asked_at`; `period` is YYYYMM."""

    state: str
    period: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class CheckInput:
    """What is known of one tax number's part of a request at the instant `now`.

    `channel` None: the tax number is not in the basics. `statistics` is the newest answer, cached or fresh.
    `logged_in` None: not asked yet; False: a person would have to log in and has not.
    """

    operation: TaskType
    surface: Surface
    channel: str | None
    small_scale: bool
    documents: Sequence[DocumentFacts]
    now: datetime
    statistics: StatisticsState | None = None
    logged_in: bool | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a request, or one document of it, is not sent: the step, our code, and the key of the sentence."""

    step: str
    code: str
    key: str
    document_key: str | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What must be asked of the channel before the next step can be taken."""

    what: Literal["login", "statistics"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the steps end: at a question, with nothing left to send, or with `documents` to send.

    `against` are the objections to single documents, `stop` the one to the whole request.
    """

    documents: Sequence[DocumentFacts]
    against: Sequence[Objection] = ()
    stop: Objection | None = None
    ask: Lookup | None = None

    @property
    def go(self) -> bool:
        """Whether step 9 may be taken."""
        return self.stop is None and self.ask is None


Check = Callable[[CheckInput, SelectionRules], Iterator[Objection | Lookup]]


def decide(facts: CheckInput, rules: SelectionRules, until: str = STEPS[-1]) -> Decision:
    """The steps of the operation in their order, up to `until`; the first that holds everything up ends them."""
    against: list[Objection] = []
    for step in STEPS[: STEPS.index(until) + 1]:
        if step not in facts.operation.steps:
            continue
        for objection in _CHECKS[step](facts, rules):
            if isinstance(objection, Lookup):
                return Decision(facts.documents, against, ask=objection)
            if objection.document_key is None:
                return Decision(facts.documents, against, stop=objection)
            against.append(objection)
        facts = replace(facts, documents=_left(facts.documents, against))
    return Decision(facts.documents, against)


CHEAP = "statistics_cached"
"""The last of the steps that ask nobody: what the sheet before a submission shows."""


def fresh(known: StatisticsState | None, now: datetime, rules: SelectionRules) -> bool:
    """Whether a cached state still holds: younger than 30 minutes, and not of a later clock (R189, G18)."""
    if known is None:
        return False
    age = (now - known.asked_at).total_seconds()
    return 0 <= age < rules.statistics_seconds


def last_day(period: str) -> date:
    """The last day of a period YYYYMM."""
    year, month = int(period[:4]), int(period[4:])
    return date(year, month, monthrange(year, month)[1])


def _left(documents: Sequence[DocumentFacts], against: Sequence[Objection]) -> list[DocumentFacts]:
    refused = {one.document_key for one in against}
    return [document for document in documents if document.document_key not in refused]


def _reason(facts: CheckInput, _rules: SelectionRules) -> Iterator[Objection]:
    for document in facts.documents:
        if not document.reason:
            yield Objection("reason", "NO_REASON", "selection_reason", document.document_key)
        elif document.reason not in REASONS:
            yield Objection("reason", "UNKNOWN_REASON", "selection_reason_unknown", document.document_key)
        elif document.reason == OTHER and not (document.reason_text or "").strip():
            yield Objection("reason", "NO_REASON_TEXT", "selection_reason_text", document.document_key)


_STATUS_SENTENCES = {
    "not_deduct": "selection_status",
    "undo_not_deduct": "selection_withdraw_status",
    "preselect": "preselect_status",
    "undo_preselect": "undo_preselect_status",
}


def _status(facts: CheckInput, _rules: SelectionRules) -> Iterator[Objection]:
    """A document without a selection status is 未勾选: nobody has said otherwise."""
    key = _STATUS_SENTENCES[facts.operation.code]
    for document in facts.documents:
        if not document.known:
            yield Objection("status", "UNKNOWN_DOCUMENT", "selection_unknown_paper", document.document_key)
        elif document.under_way:
            yield Objection("status", "UNDER_WAY", "selection_under_way", document.document_key)
        elif (document.status or "0") not in facts.operation.from_statuses:
            yield Objection("status", "SELECTION_STATUS", key, document.document_key)


def _channel(facts: CheckInput, _rules: SelectionRules) -> Iterator[Objection]:
    if facts.channel is None:
        yield Objection("channel", "UNKNOWN_TAXPAYER", "selection_unknown_taxpayer")
    elif facts.channel not in CHANNELS:
        yield Objection("channel", "SELECTION_CHANNEL", "selection_channel")


def _small_scale(facts: CheckInput, _rules: SelectionRules) -> Iterator[Objection]:
    if facts.small_scale:
        yield Objection("small_scale", "SMALL_SCALE", "small_scale_selection")


def _type(facts: CheckInput, rules: SelectionRules) -> Iterator[Objection]:
    if any((document.document, document.invoice_type) not in rules.documents for document in facts.documents):
        yield Objection("type", "SELECTION_TYPE", "selection_type")


def _cached(facts: CheckInput, rules: SelectionRules) -> Iterator[Objection]:
    if fresh(facts.statistics, facts.now, rules):
        yield from _generated(facts, rules, "statistics_cached")


def _login(facts: CheckInput, _rules: SelectionRules) -> Iterator[Lookup]:
    if facts.logged_in is None:
        yield Lookup("login")


def _asked(facts: CheckInput, rules: SelectionRules) -> Iterator[Lookup]:
    if facts.logged_in and not fresh(facts.statistics, facts.now, rules):
        yield Lookup("statistics")


def _again(facts: CheckInput, rules: SelectionRules) -> Iterator[Objection]:
    if facts.logged_in:
        yield from _generated(facts, rules, "statistics_again")


def _generated(facts: CheckInput, rules: SelectionRules, step: str) -> Iterator[Objection]:
    if facts.statistics and facts.statistics.state not in rules.selectable_states:
        yield Objection(step, "STATISTICS_GENERATED", "statistics_generated")


def _period_end(facts: CheckInput, rules: SelectionRules) -> Iterator[Objection]:
    """Nothing is said where nobody knows the period: who did not log in goes on without it (step 5)."""
    known = facts.statistics
    if known is None or not fresh(known, facts.now, rules):
        return
    end = last_day(known.period)
    for document in facts.documents:
        if document.issue_date and document.issue_date > end:
            yield Objection("period_end", "NOT_DUE", "selection_not_due", document.document_key)


_CHECKS: Mapping[str, Check] = {
    "reason": _reason,
    "status": _status,
    "channel": _channel,
    "small_scale": _small_scale,
    "type": _type,
    "statistics_cached": _cached,
    "login": _login,
    "statistics_asked": _asked,
    "statistics_again": _again,
    "period_end": _period_end,
}
