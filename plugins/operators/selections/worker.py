"""The worker of the selections: steps, upload, result, comparison; whoever dies in between leaves no doubt behind.

not sent              the steps (fapiao.selection.checks), `sent_at` committed, then the upload
sent, no number       an upload of which nobody knows whether it arrived: the bureau is asked what it holds, and only
what it does not hold as wished is sent again
sent, with a number   the result is polled; on 乐企, and for a repeated selection, the holdings are compared (R151)
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fapiao.errors import AnswerLost, BadInput, BureauError, LeaseLost, LoginLost, Refused, TryLater
from fapiao.permissions.task_actions import ActionOutcome
from fapiao.selection.answers import Action, Document, Uploaded
from fapiao.selection.records import STATISTICS, OpenDocument, Selection
from hooks.pool.faults import blamed_on_row
from operators.login_state import recheck_logins
from operators.run_context import MAX_ATTEMPTS
from operators.selections.checks import examine
from operators.selections.permissions import objections
from operators.selections.results import collect, finish, party, resolve_unanswered, settled_on_the_spot, wait_for_login
from operators.selections.session import SelectionSession
from operators.selections.statistics import collect_statistics, find_out_statistics, upload_statistics

log = logging.getLogger(__name__)

BATCH = 20
MOST_SHORT_WAITS = 50
LEAST_WAIT_SECONDS = 1.0
"""Of a question that costs no attempt, so that it is never asked in a circle."""


def select_due(session: SelectionSession, channel: str, batches: Sequence[str] | None = None) -> int:
    """Works everything that is due on a channel, or exactly these requests, once each; how many were handled."""
    handled = 0
    while rows := _claim(session, channel, batches):
        for row in rows:
            _handle(session, row)
        handled += len(rows)
        if batches is not None:
            break
    return handled


def run_until_idle(session: SelectionSession, channel: str, short_wait_seconds: float) -> int:
    """Works a channel, logins first, until its next request is due only after a longer wait than that.

    A bureau that keeps promising an answer for the next moment is left to the next worker after some rounds.
    """
    handled = 0
    for _ in range(MOST_SHORT_WAITS):
        recheck_logins(session.transaction, session.bureaus[channel], channel)
        handled += select_due(session, channel)
        with session.transaction() as tables:
            open_rows, seconds = tables.table.next_due([channel])
        if not open_rows or seconds is None or seconds > short_wait_seconds:
            return handled
        time.sleep(max(seconds, 0.05))
    log.warning("%d selections of %s are due again and again; the next worker goes on with them", open_rows, channel)
    return handled


def _claim(session: SelectionSession, channel: str, batches: Sequence[str] | None) -> list[Selection]:
    limit = BATCH if batches is None else len(batches)
    with session.transaction() as tables:
        return tables.table.claim(session.owner, [channel], limit, session.unanswered, batches)


def _handle(session: SelectionSession, row: Selection) -> None:
    """One request, whatever becomes of it, so that it cannot hold up those behind it."""
    try:
        select_one(session, row)
    except LeaseLost:
        log.warning("selection %s was taken over; this worker lets it go", row.batch_no)
    except Exception as broken:
        log.exception("selection %s failed inside fapiao", row.batch_no)
        error = blamed_on_row(broken, session.connection, "see the task's Airflow log; retry when it is mended")
        (_put_off if isinstance(error, TryLater) else _fail)(session, row, error)


def select_one(session: SelectionSession, row: Selection) -> None:
    """One request as far as the bureau lets it go. Raises LeaseLost."""
    statistics = row.operation in STATISTICS
    if row.status == "processing":
        _taken(session, row, collect_statistics if statistics else collect)
        return
    if row.sent:
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
        _put_off(session, row, error)
    return False


def _put_off(session: SelectionSession, row: Selection, error: BureauError) -> None:
    """A question without an answer; an upload that may have arrived is not given up before the bureau is heard."""
    unsure = row.sent and row.request_no is None
    with session.transaction() as tables:
        tables.table.lock_claimed(row)
        if unsure and not isinstance(error, Refused):
            tables.table.postpone(row, max(error.wait_seconds, LEAST_WAIT_SECONDS), error)
        elif isinstance(error, TryLater) and row.attempts + 1 < MAX_ATTEMPTS:
            tables.table.postpone(row, error.wait_seconds, error, cost=1)
        else:
            tables.table.clear_statistics(row.taxpayer_no)
            tables.table.fail(row, error)


def _fail(session: SelectionSession, row: Selection, error: BureauError) -> None:
    with session.transaction() as tables:
        tables.table.lock_claimed(row)
        tables.table.fail(row, error)


def _send(session: SelectionSession, row: Selection) -> None:
    """Steps 1 to 9 and the upload; `sent_at` is committed before it leaves."""
    examined = examine(session, row)
    if examined is None:
        return
    papers, period = examined
    with session.transaction() as tables:
        tables.table.lock_claimed(row)
        tables.table.sent(row, period)
    try:
        uploaded = _upload(session, row, papers)
    except AnswerLost as lost:
        with session.transaction() as tables:
            tables.table.lock_claimed(row)
            tables.table.postpone(row, session.rules.unanswered_seconds, lost, cost=1)
        return
    except BureauError:
        with session.transaction() as tables:
            tables.table.lock_claimed(row)
            tables.table.not_sent(row)
        raise
    _accept(session, row, uploaded)


def _upload(session: SelectionSession, row: Selection, papers: Sequence[OpenDocument]) -> Uploaded:
    bureau, whose = session.bureaus[row.channel], party(session, row)
    if row.operation in STATISTICS:
        return upload_statistics(bureau, whose, row.operation)
    action: Action = "select" if row.operation == "not_deduct" else "withdraw"
    return bureau.upload(whose, action, [_paper(one) for one in papers])


def _paper(one: OpenDocument) -> Document:
    if one.issue_date is None:
        raise Refused("INCOMPLETE", f"{one.document_key} 缺少填发日期", "download the document from the bureau again")
    return Document(
        document_key=one.document_key,
        issue_date=one.issue_date,
        reason=one.reason,
        reason_text=one.reason_text,
        tax_amount=one.tax_amount,
        effective_tax_amount=one.effective_tax_amount,
    )


def _accept(session: SelectionSession, row: Selection, uploaded: Uploaded) -> None:
    with session.transaction() as tables:
        tables.table.lock_claimed(row)
        settled_on_the_spot(session, tables, row, uploaded.refused)
        if uploaded.request_no:
            tables.table.accepted(row, uploaded)
        else:
            finish(session, tables, row)


def poll_now(session: SelectionSession, batches: Sequence[str], actor: str) -> list[ActionOutcome]:
    """获取异步请求结果: these requests are worked once, now, their logins looked at; how each stands then (R218).

    What another worker holds is left to it. 处理中 without words is told as 任务处理中.
    Raises BadInput for an unknown one and for another organisation's (R150); then none is asked for.
    """
    open_rows = [row for row in _allowed(session, batches, actor) if row["status"] in ("unprocessed", "processing")]
    for channel in sorted({row["channel"] for row in open_rows} & {*session.bureaus}):
        recheck_logins(session.transaction, session.bureaus[channel], channel, at_once=True)
        select_due(session, channel, [row["batch_no"] for row in open_rows])
    return [ActionOutcome(row["batch_no"], _told(session, row)) for row in _rows(session, batches)]


def _allowed(session: SelectionSession, batches: Sequence[str], actor: str) -> list[Mapping[str, Any]]:
    rows = _rows(session, batches)
    with session.transaction() as tables:
        forbidden = objections(session, tables, actor, "poll", {row["batch_no"]: row["org_code"] for row in rows})
    if forbidden:
        raise BadInput([*forbidden.values()])
    return rows


def _rows(session: SelectionSession, batches: Sequence[str]) -> list[Mapping[str, Any]]:
    with session.transaction() as tables:
        rows = tables.submissions.told(batches)
    known = {row["batch_no"] for row in rows}
    if missing := [one for one in batches if one not in known]:
        raise BadInput([f"{one}: {session.says('task_unknown')}" for one in missing])
    return rows


def _told(session: SelectionSession, row: Mapping[str, Any]) -> str:
    if row["status"] == "processing" and not row["error_message"]:
        return session.says("task_processing")
    return "：".join(filter(None, [row["status_label"], row["error_message"]]))
