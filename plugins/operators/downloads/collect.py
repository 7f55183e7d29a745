"""Collect: poll what is accepted, keep every answer raw, merge it, settle the row (design §2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from hashlib import sha256

from fapiao.bounds import bound
from fapiao.channels.raw_replies import READINGS
from fapiao.downloads.protocol import Package, PartCursor, PollResult, Readiness, Request
from fapiao.downloads.question import foreign
from fapiao.errors import BureauError, Contradiction, LoginLost, QuotaSpent, Refused, TryLater, ends_ticket
from fapiao.tasks import Claim
from fapiao.texts.said import Said, said
from operators.downloads.merge import (
    DUPLICATE_ROW,
    SERIES_CHANGED,
    SeriesChanged,
    asked_again_in,
    into_pool,
    out_of_reach_today,
)
from operators.downloads.session import SessionTables, WorkerSession
from operators.leased_queue.guard import MAX_ATTEMPTS, is_last_attempt
from operators.leased_queue.logins import login_blocking, poll_later, wait_for_login
from operators.leased_queue.patience import wait_out


def collect_one(session: WorkerSession, claim: Claim) -> None:
    """One row as far as the bureau lets it go: every package is committed before the next is asked for."""
    try:
        if claim.status == "downloaded" or _download(session, claim):
            into_pool(session, claim)
    except SeriesChanged as found:
        _start_again(session, claim, *found.args)
    except LoginLost as lost:
        wait_for_login(session, claim, lost)
    except BureauError as error:
        with session.locked(claim) as tables:
            _put_off(session, tables, claim, error)


def _put_off(session: WorkerSession, tables: SessionTables, claim: Claim, error: BureauError) -> None:
    """The ticket is paid for: all but a word that ends it is waited out (ADR 0042)."""
    if isinstance(error, Refused):
        tables.queue.fail(claim, "download_failed", error, cost=1)
    elif isinstance(error, QuotaSpent):  # too many questions today: an answer costs nothing but patience
        tables.queue.postpone(claim, day=session.quota_day() + timedelta(days=1), why=error)
    elif isinstance(error, Contradiction):
        tables.queue.postpone(claim, seconds=error.wait_seconds, why=error, cost=1)
    else:
        wait_out(tables.queue, claim, error, partial(_give_up, tables, claim))


def _give_up(tables: SessionTables, claim: Claim, lapsed: BureauError) -> None:
    """What came before the bureau's time was over is merged, and the row says what it lacks."""
    if not tables.queue.merge_what_came(claim, MAX_ATTEMPTS):
        tables.queue.fail(claim, "download_failed", lapsed)


@contextmanager
def _of_the_ticket() -> Iterator[None]:
    """A refusal that is no word of the bureau about the ticket is one more reason to ask later."""
    try:
        yield
    except Refused as no:
        if ends_ticket(no):
            raise
        raise TryLater(no.code, no.said, no.advised, no.wait_seconds, no.answer, free=True) from no


def _download(session: WorkerSession, claim: Claim) -> bool:
    """True when every question is answered to its end; False when the row was put off or failed.

    Days that the bureau does not answer for any more are left out, and the row says so; raises Refused where all are.
    """
    request = session.request(claim)
    with session.transaction() as tables:
        places, questions = tables.queue.places(claim), len(tables.queue.series(claim))
    late = {
        place.part_no: refused for place in places if (refused := out_of_reach_today(session, claim, place.argument))
    }
    if late and len(late) == questions:
        raise next(iter(late.values()))
    if not all(_answer(session, claim, request, place) for place in places if place.part_no not in late):
        return False
    with session.locked(claim) as tables:
        tables.queue.downloaded(claim)
    return True


def _answer(session: WorkerSession, claim: Claim, request: Request, place: PartCursor) -> bool:
    """One question to its end."""
    number, seen = claim.request_no or "", set[bytes]()
    while True:
        if place.stored == 0:
            with _of_the_ticket():
                progress = session.bureau.poll(request, number, place)
            if progress.stage in (Readiness.PROCESSING, Readiness.FAILED):
                return _not_ready(session, claim, place, progress)
            page = progress.page
            _hold_against_question(claim, place, progress)
        else:
            try:
                with _of_the_ticket():
                    page = session.bureau.fetch(request, number, place)
            except Refused as refused:
                return _contradicted(session, claim, refused.said)
        if why := _contradiction(place, page, seen):
            return _contradicted(session, claim, why)
        with session.locked(claim) as tables:
            tables.queue.store(claim, place, page)
        if page is None or page.last:
            return True
        place = PartCursor(place.part_no, place.argument, page.announced, place.stored + 1, page.cursor)


def _hold_against_question(claim: Claim, place: PartCursor, progress: PollResult) -> None:
    """Raises SeriesChanged where the word that there is nothing is about another question; rows are judged later."""
    named = READINGS[claim.channel].named(progress.answer) if progress.answer else {}
    whole = foreign(claim, place.argument, named)
    if whole is not None:
        raise SeriesChanged(whole.code, whole.reason, progress.answer)


def _contradicted(session: WorkerSession, claim: Claim, text: str | Said) -> bool:
    """Asks the series again; after the last attempt what came is merged, and the row says what it lacks (A-08)."""
    if is_last_attempt(claim):
        return True
    return _start_again(session, claim, SERIES_CHANGED, text)


def _contradiction(place: PartCursor, page: Package | None, seen: set[bytes]) -> str | Said | None:
    """What an answer says against those before it; `seen` are the digests of those that had rows."""
    if page is None:
        return None
    if place.announced is not None and page.announced != place.announced:
        return said("errors.total_changed", before=place.announced, now=page.announced)
    if place.stored >= (most := bound("question_pages")).value:
        return most.said()
    digest = sha256(page.body).digest()
    if page.row_count and digest in seen:
        return said("errors.page_again", page=place.stored + 1)
    seen.add(digest)
    return None


def _not_ready(session: WorkerSession, claim: Claim, place: PartCursor, progress: PollResult) -> bool:
    processing = progress.stage is Readiness.PROCESSING
    login = login_blocking(session, claim) if processing else None
    with session.locked(claim) as tables:
        if progress.argument is not None:
            tables.queue.remember(claim, place, progress.argument)
        if processing:
            poll_later(tables, claim, login, progress.wait_seconds)
        else:
            refused = Refused(progress.code, progress.text, progress.advice, answer=progress.answer)
            tables.queue.fail(claim, "download_failed", refused)
    return False


def _ask_later(session: WorkerSession, tables: SessionTables, claim: Claim, error: Refused) -> None:
    """Nothing can be merged: the series is asked for again like one that is incomplete, then the row is given up."""
    wait = asked_again_in(session, tables, claim)
    if wait is None:
        tables.queue.fail(claim, "download_failed", error, cost=1)
    else:
        tables.queue.start_again(claim, wait, error)


def _start_again(session: WorkerSession, claim: Claim, code: str, text: str | Said, answer: bytes = b"") -> bool:
    with session.locked(claim) as tables:
        error = Refused(code, text, answer=answer)
        if not is_last_attempt(claim):
            tables.queue.start_again(claim, 0.0, error)
        elif code == DUPLICATE_ROW:
            _ask_later(session, tables, claim, error)
        else:
            _put_off(session, tables, claim, TryLater(code, text, answer=answer))
    return False
