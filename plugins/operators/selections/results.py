"""The bureau's answers to a selection: polled, compared with what it holds, and brought into ledger and pool."""

import logging
from collections.abc import Iterable, Sequence

from fapiao.errors import Refused, TryLater, ends_ticket
from fapiao.selection.answers import DocumentResult, Holdings, Party, Results, UnusableAnswer, Waiting
from fapiao.selection.reconciliation import (
    NO_ANSWER,
    Wished,
    already_there,
    as_wished,
    reconcile,
    settled_by_holdings,
    verdict,
)
from fapiao.selection.records import OpenDocument, Selection, Settled
from fapiao.texts.said import said
from operators.leased_queue.guard import MAX_ATTEMPTS
from operators.leased_queue.logins import login_blocking, login_now, poll_later
from operators.selections.session import SelectionSession, SelectionTables

log = logging.getLogger(__name__)

MOST_POLLS_WITHOUT_ANSWER = 12
"""Polls after which a document that the results do not name is settled by what the bureau holds."""
MOST_REASONS = 3
"""Of what is wrong with an answer, so many different reasons are told."""


def party(session: SelectionSession, row: Selection) -> Party:
    """Whose documents they are. Raises Refused where the tax number is no longer there."""
    with session.transaction() as tables:
        whose = tables.queue.basics([row.taxpayer_no]).get(row.taxpayer_no)
    if whose is None:
        raise Refused("UNKNOWN_TAXPAYER", session.says("selection_unknown_taxpayer"))
    return Party(row.taxpayer_no, whose.leqi_id)


def collect(session: SelectionSession, row: Selection) -> None:
    """One poll of a request that the bureau has taken. Raises BureauError."""
    bureau, whose = session.bureaus[row.channel], party(session, row)
    reply = bureau.results(whose, row.request_no or "")
    if isinstance(reply, Waiting):
        still_waiting(session, row, reply)
        return
    with session.transaction() as tables:
        documents = tables.queue.open_documents(row)
    answered = {one.document_key for one in reply.documents}
    silent = [one for one in documents if one.document_key not in answered]
    over = bool(silent) and row.polls >= MOST_POLLS_WITHOUT_ANSWER
    held = _compared(session, row, whose, reply, over)
    if isinstance(held, Waiting):
        _wait_for_holdings(session, row, held)
        return
    settled = reconcile(documents, reply.documents, _wished(row), held, session.says("selection_differs"))
    if over:
        settled += _without_answer(session, row, silent, held)
    _bring_in(session, row, documents, settled, [*reply.unusable, *(held.unusable if held else ())])


def resolve_unanswered(session: SelectionSession, row: Selection) -> bool:
    """An upload without an answer: what the bureau holds as wished is settled; whether anything is left to send again.

    Raises BureauError; then nothing is known yet. One that refuses to show what it holds ends the request.
    """
    whose = party(session, row)
    held, period = _holdings(session, row, whose)
    if isinstance(held, Waiting):
        _wait_for_holdings(session, row, held)
        return False
    with session.locked(row) as tables:
        documents = tables.queue.open_documents(row)
        settled = already_there(documents, _wished(row), held, period, session.says("selection_held"))
        if settled:
            tables.queue.settle(row, settled, session.instant(), _to_status(session, row))
        tables.queue.note_holdings(row, None)
        unknown = [one.document_key for one in documents if as_wished(one, _wished(row), held) is None]
        if not unknown:
            return _again(session, tables, row, len(documents) - len(settled))
    raise _not_readable(unknown, held.unusable, session)


def _again(session: SelectionSession, tables: SelectionTables, row: Selection, left: int) -> bool:
    if not left:
        finish(session, tables, row)
        return False
    if row.attempts >= MAX_ATTEMPTS:
        text = session.says("selection_no_answer")
        tables.queue.fail(row, Refused(NO_ANSWER, text))
        return False
    tables.queue.not_sent(row)
    return True


def still_waiting(session: SelectionSession, row: Selection, reply: Waiting) -> None:
    """处理中: polled again after the bureau's wait, or behind the login that it really waits for (R212, R216)."""
    login = login_now(session, row) if reply.login_wait else login_blocking(session, row)
    with session.locked(row) as tables:
        poll_later(tables, row, login, reply.wait_seconds)


def settled_on_the_spot(
    session: SelectionSession, tables: SelectionTables, row: Selection, refused: Sequence[DocumentResult]
) -> None:
    """Documents that the bureau refused together with its receipt."""
    if refused:
        settled = [Settled(one.document_key, "failed", one.code, one.text) for one in refused]
        tables.queue.settle(row, settled, session.instant(), "")
        tables.queue.clear_statistics(row.taxpayer_no)


def finish(session: SelectionSession, tables: SelectionTables, row: Selection) -> None:
    """The end of a request whose documents are all settled: 处理成功, or 处理失败 where one of them failed."""
    tally = tables.queue.tally(row)
    text = verdict(tally, session.says("selection_partly_failed"), session.says("selection_all_failed"))
    tables.queue.finish(row, Refused(*text, said("advice.ALL_FAILED")) if text else None, session.instant())


def _compared(
    session: SelectionSession, row: Selection, whose: Party, reply: Results, over: bool
) -> Holdings | Waiting | None:
    """What the bureau holds, where the channel's results are compared with it, or a document was repeated or is `over`.

    A bureau that refuses to show it (乐企, once the period has moved on) leaves its results to stand alone.
    """
    repeated = any(one.outcome == "already" for one in reply.documents)
    if not (repeated or over) and row.channel not in session.rules.compared:
        return None
    try:
        return _holdings(session, row, whose)[0]
    except Refused as hidden:
        if not ends_ticket(hidden):
            raise
        log.warning("selection %s is not compared with what the bureau holds: %s", row.batch_no, hidden)
        return None


def _holdings(session: SelectionSession, row: Selection, whose: Party) -> tuple[Holdings | Waiting, str]:
    bureau = session.bureaus[row.channel]
    period = row.tax_period or bureau.period(whose).period
    try:
        return bureau.holdings(whose, period, row.holdings_no), period
    except Refused as failed:
        if row.holdings_no is None:
            raise
        with session.locked(row) as tables:
            tables.queue.note_holdings(row, None)
        raise TryLater(failed.code, failed.said, said("advice.asked_again"), failed.wait_seconds) from failed


def _wait_for_holdings(session: SelectionSession, row: Selection, reply: Waiting) -> None:
    with session.locked(row) as tables:
        tables.queue.note_holdings(row, reply.request_no or row.holdings_no)
    still_waiting(session, row, reply)


def _without_answer(
    session: SelectionSession, row: Selection, silent: Sequence[OpenDocument], held: Holdings | None
) -> list[Settled]:
    here, gone = session.says("selection_held"), session.says("selection_no_answer")
    return settled_by_holdings(silent, _wished(row), held, row.tax_period, here, gone)


def _bring_in(
    session: SelectionSession,
    row: Selection,
    documents: Sequence[OpenDocument],
    settled: Sequence[Settled],
    unusable: Iterable[UnusableAnswer],
) -> None:
    """Ledger, pool and request in one transaction; a document that has no answer yet is asked about again."""
    answered = {one.document_key for one in settled}
    missing = [one.document_key for one in documents if one.document_key not in answered]
    with session.locked(row) as tables:
        tables.queue.note_holdings(row, None)
        tables.queue.settle(row, settled, session.instant(), _to_status(session, row))
        if any(one.state == "failed" for one in settled):
            tables.queue.clear_statistics(row.taxpayer_no)
        if missing:
            why = _not_readable(missing, unusable, session)
            tables.queue.postpone(row, why.wait_seconds, why, polls=1)
        else:
            finish(session, tables, row)


def _not_readable(missing: Sequence[str], unusable: Iterable[UnusableAnswer], session: SelectionSession) -> TryLater:
    """Of how many documents the bureau has said nothing that can be used, and what was wrong with what it said."""
    reasons = [*dict.fromkeys(one.reason for one in unusable)][:MOST_REASONS]
    why = "；".join(reasons) or said("errors.not_named")
    text = said("errors.no_usable_answer", count=len(missing), first=missing[0], why=why)
    return TryLater("NO_USABLE_ANSWER", text, wait_seconds=session.rules.unanswered_seconds)


def _wished(row: Selection) -> Wished:
    return "selected" if row.operation == "not_deduct" else "withdrawn"


def _to_status(session: SelectionSession, row: Selection) -> str:
    return session.rules.of(row.operation).to_status or ""
