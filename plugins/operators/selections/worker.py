"""The worker of the selections: steps, upload, result, comparison; whoever dies in between leaves no doubt behind.

not sent              the steps (fapiao.selection.checks), `sent_at` committed, then the upload
sent, no number       an upload of which nobody knows whether it arrived: the bureau is asked what it holds, and only
what it does not hold as wished is sent again
sent, with a number   the result is polled; on 乐企, and for a repeated selection, the holdings are compared (R151)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fapiao.errors import AnswerLost, BadInput, BureauError, LoginLost, Refused, ends_ticket
from fapiao.permissions.task_actions import ActionOutcome, standing
from fapiao.selection.answers import Action, Document, Uploaded
from fapiao.selection.records import STATISTICS, OpenDocument, Selection
from fapiao.texts.said import said
from operators.leased_queue.guard import Guard, may_be_tried_again
from operators.leased_queue.logins import recheck_logins, wait_for_login
from operators.leased_queue.loop import run_until_idle, run_until_none_due, suspects_last
from operators.leased_queue.patience import wait_out
from operators.selections.checks import examine
from operators.selections.permissions import objections
from operators.selections.results import collect, finish, party, resolve_unanswered, settled_on_the_spot
from operators.selections.session import SelectionSession, SelectionTables
from operators.selections.statistics import collect_statistics, find_out_statistics, upload_statistics

BATCH = 20
MOST_ROUNDS = 50
"""For a bureau that keeps promising an answer for the next moment."""
LEAST_WAIT_SECONDS = 1.0
"""Of a question that costs no attempt, so that it is never asked in a circle."""


def select_due(session: SelectionSession, channel: str, batches: Sequence[str] | None = None) -> int:
    """Works everything that is due on a channel, or exactly these requests, once each; how many were handled."""
    if batches is None:
        return run_until_none_due(partial(_claim, session, channel), partial(_handle, session))
    return _handle(session, _claim_asked(session, channel, batches))


def select_until_idle(session: SelectionSession, channel: str) -> int:
    """Works a channel, logins first, until its next request is due only after a real wait; how many were handled."""
    return run_until_idle(
        f"selections of channel {channel}",
        partial(recheck_and_select, session, channel),
        partial(_next_due, session, channel),
        MOST_ROUNDS,
    )


def recheck_and_select(session: SelectionSession, channel: str) -> tuple[int, int]:
    """One round: how many requests a login set going, and how many were handled.

    The channel is opened before anything is claimed: for want of its connection no request is to blame.
    """
    session.bureaus[channel]
    return recheck_logins(session, channel), select_due(session, channel)


def open_channels(session: SelectionSession) -> list[str]:
    """The channels on which any request is left to work on, due or not."""
    with session.transaction() as tables:
        return tables.queue.open_channels()


def _claim(session: SelectionSession, channel: str) -> Sequence[Selection]:
    with session.transaction() as tables:
        claim = partial(tables.queue.claim, session.owner, [channel], unanswered=session.unanswered)
        return suspects_last(claim, BATCH)


def _claim_asked(session: SelectionSession, channel: str, batches: Sequence[str]) -> list[Selection]:
    with session.transaction() as tables:
        return tables.queue.claim(session.owner, [channel], len(batches), session.unanswered, batches)


def _next_due(session: SelectionSession, channel: str) -> tuple[int, float | None]:
    with session.transaction() as tables:
        return tables.queue.next_due([channel])


def _handle(session: SelectionSession, rows: Sequence[Selection]) -> int:
    for row in rows:
        _GUARD.run(session, row, select_one)
    return len(rows)


def select_one(session: SelectionSession, row: Selection) -> None:
    """One request as far as the bureau lets it go. Raises LeaseLost."""
    statistics = row.operation in STATISTICS
    if row.status == "processing":
        _taken(session, row, collect_statistics if statistics else collect)
        return
    if row.sent:
        if row.unanswered_seconds:
            with session.locked(row) as tables:
                tables.queue.postpone(row, row.unanswered_seconds)
            return
        if not _taken(session, row, find_out_statistics if statistics else resolve_unanswered):
            return
        row = replace(row, sent=False)
    _taken(session, row, _send)


def _taken(
    session: SelectionSession, row: Selection, step: Callable[[SelectionSession, Selection], bool | None]
) -> bool:
    """A step with whatever the bureau makes of it; true where it says that the next one may follow."""
    try:
        return bool(step(session, row))
    except LoginLost as lost:
        wait_for_login(session, row, lost)
    except BureauError as error:
        with session.locked(row) as tables:
            _put_off(tables, row, error)
    return False


def _put_off(tables: SelectionTables, row: Selection, error: BureauError) -> None:
    """What the bureau has taken ends by its own word alone, what it may have taken not before it is heard (ADR 0042).

    For a barred way no row is to blame.
    """
    taken = row.sent and not ends_ticket(error)
    if error.free or taken:
        later = replace(error, wait_seconds=max(error.wait_seconds, LEAST_WAIT_SECONDS)) if taken else error
        wait_out(tables.queue, row, later, partial(_end, tables, row))
    elif may_be_tried_again(row, error):
        tables.queue.postpone(row, error.wait_seconds, error, cost=1)
    else:
        _end(tables, row, error)


def _end(tables: SelectionTables, row: Selection, error: BureauError) -> None:
    tables.queue.clear_statistics(row.taxpayer_no)
    tables.queue.fail(row, error)


def _forget(tables: SelectionTables, row: Selection) -> None:
    """The state of the statistics table that was heard before may be what broke us."""
    tables.queue.clear_statistics(row.taxpayer_no)


_GUARD = Guard("selection", _forget)


def _send(session: SelectionSession, row: Selection) -> None:
    """Steps 1 to 9 and the upload; `sent_at` is committed before it leaves."""
    examined = examine(session, row)
    if examined is None:
        return
    documents, period = examined
    with session.locked(row) as tables:
        tables.queue.sent(row, period)
    try:
        uploaded = _upload(session, row, documents)
    except AnswerLost as lost:
        with session.locked(row) as tables:
            tables.queue.postpone(row, session.rules.unanswered_seconds, lost, cost=1)
        return
    except BureauError:
        with session.locked(row) as tables:
            tables.queue.not_sent(row)
        raise
    _accept(session, row, uploaded)


def _upload(session: SelectionSession, row: Selection, documents: Sequence[OpenDocument]) -> Uploaded:
    bureau, whose = session.bureaus[row.channel], party(session, row)
    if row.operation in STATISTICS:
        return upload_statistics(bureau, whose, row.operation)
    action: Action = "select" if row.operation == "not_deduct" else "withdraw"
    return bureau.upload(whose, action, [_document(one) for one in documents])


def _document(one: OpenDocument) -> Document:
    if one.issue_date is None:
        raise Refused(
            "INCOMPLETE", said("errors.no_issue_date", document=one.document_key), said("advice.INCOMPLETE_date")
        )
    return Document(
        document_key=one.document_key,
        issue_date=one.issue_date,
        reason=one.reason,
        reason_text=one.reason_text,
        tax_amount=one.tax_amount,
        effective_tax_amount=one.effective_tax_amount,
    )


def _accept(session: SelectionSession, row: Selection, uploaded: Uploaded) -> None:
    with session.locked(row) as tables:
        settled_on_the_spot(session, tables, row, uploaded.refused)
        if uploaded.request_no:
            tables.queue.accepted(row, uploaded)
        else:
            finish(session, tables, row)


def select_asked(session: SelectionSession, channel: str, batches: Sequence[str]) -> int:
    """These requests of a channel, once, now, their logins looked at; how many were handled."""
    session.bureaus[channel]
    recheck_logins(session, channel, at_once=True)
    return select_due(session, channel, batches)


def open_of(session: SelectionSession, batches: Sequence[str]) -> set[str]:
    """The channels of those that are not at their end."""
    with session.transaction() as tables:
        rows = tables.submissions.states(batches)
    return {str(row["channel"]) for row in rows if row["status"] in ("unprocessed", "processing")}


def poll_now(session: SelectionSession, batches: Sequence[str], actor: str) -> list[ActionOutcome]:
    """获取异步请求结果: these requests are worked once, now, their logins looked at; how each stands then (R218).

    What another worker holds is left to it. 处理中 without words is told as 任务处理中.
    Raises BadInput for an unknown one and for another organisation's (R150); then none is asked for.
    """
    open_rows = [row for row in _allowed(session, batches, actor) if row["status"] in ("unprocessed", "processing")]
    for channel in sorted({row["channel"] for row in open_rows} & {*session.bureaus}):
        select_asked(session, channel, [row["batch_no"] for row in open_rows])
    processing = session.says("task_processing")
    return [
        ActionOutcome(row["batch_no"], standing(row, processing if row["status"] == "processing" else None))
        for row in _rows(session, batches)
    ]


def _allowed(session: SelectionSession, batches: Sequence[str], actor: str) -> list[Mapping[str, Any]]:
    rows = _rows(session, batches)
    with session.transaction() as tables:
        forbidden = objections(session, tables, actor, "poll", {row["batch_no"]: row["organisations"] for row in rows})
    if forbidden:
        raise BadInput([*forbidden.values()])
    return rows


def _rows(session: SelectionSession, batches: Sequence[str]) -> list[Mapping[str, Any]]:
    with session.transaction() as tables:
        rows = tables.submissions.states(batches)
    known = {row["batch_no"] for row in rows}
    if missing := [one for one in batches if one not in known]:
        raise BadInput([f"{one}: {session.says('task_unknown')}" for one in missing])
    return rows
