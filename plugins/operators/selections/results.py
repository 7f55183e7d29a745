"""The bureau's answers to a selection: polled, compared with what it holds, and brought into ledger and pool."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fapiao.downloads.protocol import Login
from fapiao.errors import LoginLost, Refused, TryLater
from fapiao.selection.answers import Holding, PaperResult, Party, Results, Waiting
from fapiao.selection.judging import NO_ANSWER, Wished, already_there, judged, verdict
from fapiao.selection.records import OpenPaper, Selection, Settled
from operators.downloads.apply import MAX_ATTEMPTS
from operators.login_state import WAITING, login_state, stands_still
from operators.selections.session import SelectionDesk, SelectionWork

log = logging.getLogger(__name__)

Holdings = Mapping[str, Holding]
MOST_POLLS_WITHOUT_ANSWER = 12
"""Polls after which a document that the results do not name is given up."""
_LEDGER = "see the ledger (税局用票台账) for each document, then retry"


def party(desk: SelectionDesk, row: Selection) -> Party:
    """Whose documents they are. Raises Refused where the tax number is no longer there."""
    with desk.transaction() as work:
        whose = work.table.basics([row.taxpayer_no]).get(row.taxpayer_no)
    if whose is None:
        raise Refused("UNKNOWN_TAXPAYER", desk.says("selection_unknown_taxpayer"), "load the taxpayer again")
    return Party(row.taxpayer_no, whose.leqi_id)


def collect(desk: SelectionDesk, row: Selection) -> None:
    """One poll of a request that the bureau has taken. Raises BureauError."""
    bureau, whose = desk.bureaus[row.channel], party(desk, row)
    told = bureau.results(whose, row.request_no or "")
    if isinstance(told, Waiting):
        still_waiting(desk, row, told)
        return
    with desk.transaction() as work:
        papers = work.table.open_papers(row)
    held = _compared(desk, row, whose, told)
    if isinstance(held, Waiting):
        _wait_for_holdings(desk, row, held)
        return
    settled = judged(papers, told.papers, _wished(row), held, desk.says("selection_differs"))
    _bring_in(desk, row, papers, settled)


def find_out(desk: SelectionDesk, row: Selection) -> bool:
    """An upload without an answer: what the bureau holds as wished is settled; whether anything is left to send again.

    Raises BureauError; then nothing is known yet. One that refuses to show what it holds ends the request.
    """
    if row.unanswered_seconds:
        with desk.transaction() as work:
            work.table.hold(row)
            work.table.postpone(row, row.unanswered_seconds)
        return False
    whose = party(desk, row)
    held, period = _holdings(desk, row, whose)
    if isinstance(held, Waiting):
        _wait_for_holdings(desk, row, held)
        return False
    with desk.transaction() as work:
        work.table.hold(row)
        papers = work.table.open_papers(row)
        settled = already_there(papers, _wished(row), held, period, desk.says("selection_held"))
        if settled:
            work.table.settle(row, settled, desk.instant(), _to_status(desk, row))
        work.table.note_holdings(row, None)
        return _again(desk, work, row, len(papers) - len(settled))


def _again(desk: SelectionDesk, work: SelectionWork, row: Selection, left: int) -> bool:
    if not left:
        finish(desk, work, row)
        return False
    if row.attempts >= MAX_ATTEMPTS:
        text = desk.says("selection_no_answer")
        work.table.fail(row, Refused(NO_ANSWER, text, "the bureau does not hold what is left: retry"))
        return False
    work.table.not_sent(row)
    return True


def still_waiting(desk: SelectionDesk, row: Selection, told: Waiting) -> None:
    """处理中: polled again after the bureau's wait, or behind the login that it really waits for (R212, R216)."""
    bureau = desk.bureaus[row.channel]
    waits = (
        login_state(bureau, row.taxpayer_no) if told.login_wait else stands_still(bureau, row.taxpayer_no, row.polls)
    )
    if waits and waits.state == "manual":
        _stand_behind(desk, row, waits, WAITING)
        return
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.postpone(row, told.wait_seconds, polls=1)


def wait_for_login(desk: SelectionDesk, row: Selection, lost: LoginLost) -> None:
    """The row steps back without losing an attempt; one whose account is logged in after all comes back soon."""
    login = login_state(desk.bureaus[row.channel], row.taxpayer_no)
    if login.state == "manual":
        _stand_behind(desk, row, login, lost)
        return
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.postpone(row, lost.wait_seconds, polls=1)


def _stand_behind(desk: SelectionDesk, row: Selection, login: Login, why: LoginLost) -> None:
    with desk.transaction() as work:
        work.table.hold(row)
        account = replace(login, account=login.account or row.account)
        request, advice = work.logins.ask(row.channel, row.taxpayer_no, account, why)
        work.table.wait_for_login(row, request, LoginLost(why.code, why.text, advice))


def settled_on_the_spot(
    desk: SelectionDesk, work: SelectionWork, row: Selection, refused: Sequence[PaperResult]
) -> None:
    """Documents that the bureau refused together with its receipt."""
    if refused:
        settled = [Settled(one.document_key, "failed", one.code, one.text) for one in refused]
        work.table.settle(row, settled, desk.instant(), "")
        work.table.clear_statistics(row.taxpayer_no)


def finish(desk: SelectionDesk, work: SelectionWork, row: Selection) -> None:
    """The end of a request whose documents are all settled: 处理成功, or 处理失败 where one of them failed."""
    tally = work.table.tally(row)
    said = verdict(tally, desk.says("selection_partly_failed"), desk.says("selection_all_failed"))
    work.table.finish(row, Refused(*said, _LEDGER) if said else None, desk.instant())


def _compared(desk: SelectionDesk, row: Selection, whose: Party, told: Results) -> Holdings | Waiting | None:
    """What the bureau holds, where the channel's results are compared with it, or a document was repeated.

    A bureau that refuses to show it (乐企, once the period has moved on) leaves its results to stand alone.
    """
    repeated = any(one.outcome == "already" for one in told.papers)
    if not repeated and row.channel not in desk.rules.compared:
        return None
    try:
        return _holdings(desk, row, whose)[0]
    except Refused as hidden:
        log.warning("selection %s is not compared with what the bureau holds: %s", row.batch_no, hidden)
        return None


def _holdings(desk: SelectionDesk, row: Selection, whose: Party) -> tuple[Holdings | Waiting, str]:
    bureau = desk.bureaus[row.channel]
    period = row.tax_period or bureau.period(whose).period
    try:
        return bureau.holdings(whose, period, row.holdings_no), period
    except Refused as failed:
        if row.holdings_no is None:
            raise
        with desk.transaction() as work:
            work.table.hold(row)
            work.table.note_holdings(row, None)
        raise TryLater(failed.code, failed.text, "the question is asked anew", failed.wait_seconds) from failed


def _wait_for_holdings(desk: SelectionDesk, row: Selection, told: Waiting) -> None:
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.note_holdings(row, told.request_no or row.holdings_no)
    still_waiting(desk, row, told)


def _bring_in(desk: SelectionDesk, row: Selection, papers: Sequence[OpenPaper], settled: Sequence[Settled]) -> None:
    """Ledger, pool and request in one transaction; a document that has no answer yet is asked about again."""
    answered = {one.document_key for one in settled}
    missing = [one for one in papers if one.document_key not in answered]
    given_up = missing if row.polls >= MOST_POLLS_WITHOUT_ANSWER else []
    text = desk.says("selection_no_answer")
    every = [*settled, *(Settled(one.document_key, "failed", NO_ANSWER, text) for one in given_up)]
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.note_holdings(row, None)
        work.table.settle(row, every, desk.instant(), _to_status(desk, row))
        if any(one.state == "failed" for one in every):
            work.table.clear_statistics(row.taxpayer_no)
        if work.table.tally(row).open:
            work.table.postpone(row, desk.rules.unanswered_seconds, polls=1)
        else:
            finish(desk, work, row)


def _wished(row: Selection) -> Wished:
    return "selected" if row.operation == "not_deduct" else "withdrawn"


def _to_status(desk: SelectionDesk, row: Selection) -> str:
    return desk.rules.of(row.operation).to_status or ""
