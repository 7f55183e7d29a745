"""The worker of the selections: steps, upload, result, comparison; whoever dies in between leaves no doubt behind.

not sent              the steps (fapiao.selection.steps), `sent_at` committed, then the upload
sent, no number       an upload of which nobody knows whether it arrived: the bureau is asked what it holds, and only
what it does not hold as wished is sent again
sent, with a number   the result is polled; on 乐企, and for a repeated selection, the holdings are compared (R151)
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fapiao.errors import AnswerLost, BadInput, BureauError, LoginLost, Refused, TryLater
from fapiao.selection.answers import Action, Paper, Uploaded
from fapiao.selection.records import STATISTICS, OpenPaper, Selection
from hooks.pool.faults import blamed_on_row
from hooks.queues.tasks import LostClaim
from operators.downloads.actions import Done
from operators.downloads.apply import MAX_ATTEMPTS
from operators.login_state import ask_again
from operators.selections.checks import examine
from operators.selections.permissions import objections
from operators.selections.results import collect, find_out, finish, party, settled_on_the_spot, wait_for_login
from operators.selections.session import SelectionDesk
from operators.selections.statistics import collect_statistics, find_out_statistics, upload_statistics

log = logging.getLogger(__name__)

BATCH = 20
MOST_SHORT_WAITS = 50
LEAST_WAIT_SECONDS = 1.0
"""Of a question that costs no attempt, so that it is never asked in a circle."""


def select_due(desk: SelectionDesk, channel: str, batches: Sequence[str] | None = None) -> int:
    """Works everything that is due on a channel, or exactly these requests, once each; how many were handled."""
    handled = 0
    while rows := _claim(desk, channel, batches):
        for row in rows:
            _handle(desk, row)
        handled += len(rows)
        if batches is not None:
            break
    return handled


def until_quiet(desk: SelectionDesk, channel: str, short_wait_seconds: float) -> int:
    """Works a channel, logins first, until its next request is due only after a longer wait than that.

    A bureau that keeps promising an answer for the next moment is left to the next worker after some rounds.
    """
    handled = 0
    for _ in range(MOST_SHORT_WAITS):
        ask_again(desk.transaction, desk.bureaus[channel], channel)
        handled += select_due(desk, channel)
        with desk.transaction() as work:
            open_rows, seconds = work.table.next_due([channel])
        if not open_rows or seconds is None or seconds > short_wait_seconds:
            return handled
        time.sleep(max(seconds, 0.05))
    log.warning("%d selections of %s are due again and again; the next worker goes on with them", open_rows, channel)
    return handled


def _claim(desk: SelectionDesk, channel: str, batches: Sequence[str] | None) -> list[Selection]:
    limit = BATCH if batches is None else len(batches)
    with desk.transaction() as work:
        return work.table.claim(desk.owner, [channel], limit, desk.unanswered, batches)


def _handle(desk: SelectionDesk, row: Selection) -> None:
    """One request, whatever becomes of it, so that it cannot hold up those behind it."""
    try:
        select_one(desk, row)
    except LostClaim:
        log.warning("selection %s was taken over; this worker lets it go", row.batch_no)
    except Exception as broken:
        log.exception("selection %s failed inside fapiao", row.batch_no)
        error = blamed_on_row(broken, desk.connection, "see the task's Airflow log; retry when it is mended")
        (_put_off if isinstance(error, TryLater) else _fail)(desk, row, error)


def select_one(desk: SelectionDesk, row: Selection) -> None:
    """One request as far as the bureau lets it go. Raises LostClaim."""
    statistics = row.operation in STATISTICS
    if row.status == "processing":
        _taken(desk, row, collect_statistics if statistics else collect)
        return
    if row.sent:
        if not _taken(desk, row, find_out_statistics if statistics else find_out):
            return
        row = replace(row, sent=False)
    _taken(desk, row, _send)


def _taken(desk: SelectionDesk, row: Selection, step: Callable[[SelectionDesk, Selection], bool | None]) -> bool:
    """A step with whatever the bureau makes of it; true where it says that the next one may follow."""
    try:
        return bool(step(desk, row))
    except LoginLost as lost:
        wait_for_login(desk, row, lost)
    except BureauError as error:
        _put_off(desk, row, error)
    return False


def _put_off(desk: SelectionDesk, row: Selection, error: BureauError) -> None:
    """A question without an answer; an upload that may have arrived is not given up before the bureau is heard."""
    unsure = row.sent and row.request_no is None
    with desk.transaction() as work:
        work.table.hold(row)
        if unsure and not isinstance(error, Refused):
            work.table.postpone(row, max(error.wait_seconds, LEAST_WAIT_SECONDS), error)
        elif isinstance(error, TryLater) and row.attempts + 1 < MAX_ATTEMPTS:
            work.table.postpone(row, error.wait_seconds, error, cost=1)
        else:
            work.table.clear_statistics(row.taxpayer_no)
            work.table.fail(row, error)


def _fail(desk: SelectionDesk, row: Selection, error: BureauError) -> None:
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.fail(row, error)


def _send(desk: SelectionDesk, row: Selection) -> None:
    """Steps 1 to 9 and the upload; `sent_at` is committed before it leaves."""
    examined = examine(desk, row)
    if examined is None:
        return
    papers, period = examined
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.sent(row, period)
    try:
        uploaded = _upload(desk, row, papers)
    except AnswerLost as lost:
        with desk.transaction() as work:
            work.table.hold(row)
            work.table.postpone(row, desk.rules.unanswered_seconds, lost, cost=1)
        return
    except BureauError:
        with desk.transaction() as work:
            work.table.hold(row)
            work.table.not_sent(row)
        raise
    _accept(desk, row, uploaded)


def _upload(desk: SelectionDesk, row: Selection, papers: Sequence[OpenPaper]) -> Uploaded:
    bureau, whose = desk.bureaus[row.channel], party(desk, row)
    if row.operation in STATISTICS:
        return upload_statistics(bureau, whose, row.operation)
    action: Action = "select" if row.operation == "not_deduct" else "withdraw"
    return bureau.upload(whose, action, [_paper(one) for one in papers])


def _paper(one: OpenPaper) -> Paper:
    if one.issue_date is None:
        raise Refused("INCOMPLETE", f"{one.document_key} 缺少填发日期", "download the document from the bureau again")
    return Paper(
        document_key=one.document_key,
        issue_date=one.issue_date,
        reason=one.reason,
        reason_text=one.reason_text,
        tax_amount=one.tax_amount,
        effective_tax_amount=one.effective_tax_amount,
    )


def _accept(desk: SelectionDesk, row: Selection, uploaded: Uploaded) -> None:
    with desk.transaction() as work:
        work.table.hold(row)
        settled_on_the_spot(desk, work, row, uploaded.refused)
        if uploaded.request_no:
            work.table.accepted(row, uploaded)
        else:
            finish(desk, work, row)


def fetch(desk: SelectionDesk, batches: Sequence[str], actor: str) -> list[Done]:
    """获取异步请求结果: these requests are worked once, now, their logins looked at; how each stands then (R218).

    What another worker holds is left to it. 处理中 without words is told as 任务处理中.
    Raises BadInput for an unknown one and for another organisation's (R150); then none is asked for.
    """
    open_rows = [row for row in _allowed(desk, batches, actor) if row["status"] in ("unprocessed", "processing")]
    for channel in sorted({row["channel"] for row in open_rows} & {*desk.bureaus}):
        ask_again(desk.transaction, desk.bureaus[channel], channel, at_once=True)
        select_due(desk, channel, [row["batch_no"] for row in open_rows])
    return [Done(row["batch_no"], _told(desk, row)) for row in _rows(desk, batches)]


def _allowed(desk: SelectionDesk, batches: Sequence[str], actor: str) -> list[Mapping[str, Any]]:
    rows = _rows(desk, batches)
    with desk.transaction() as work:
        forbidden = objections(desk, work, actor, "poll", {row["batch_no"]: row["org_code"] for row in rows})
    if forbidden:
        raise BadInput([*forbidden.values()])
    return rows


def _rows(desk: SelectionDesk, batches: Sequence[str]) -> list[Mapping[str, Any]]:
    with desk.transaction() as work:
        rows = work.submissions.told(batches)
    known = {row["batch_no"] for row in rows}
    if missing := [one for one in batches if one not in known]:
        raise BadInput([f"{one}: {desk.says('task_unknown')}" for one in missing])
    return rows


def _told(desk: SelectionDesk, row: Mapping[str, Any]) -> str:
    if row["status"] == "processing" and not row["error_message"]:
        return desk.says("task_processing")
    return "：".join(filter(None, [row["status_label"], row["error_message"]]))
