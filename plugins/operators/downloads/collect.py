"""Collect: poll what is accepted, keep every answer raw, merge it, settle the row (design §2)."""

from datetime import timedelta

from fapiao.channels.raw_replies import READINGS
from fapiao.downloads.protocol import Page, Place, Progress, Request, Stage
from fapiao.downloads.question import foreign
from fapiao.errors import BureauError, LoginLost, QuotaSpent, Refused, TryLater
from fapiao.tasks import Claim
from operators.downloads.apply import MAX_ATTEMPTS
from operators.downloads.merge import SERIES_CHANGED, Contradiction, into_pool, out_of_reach_today
from operators.downloads.session import Desk, Work
from operators.login_state import WAITING, step_back, waits_for_login

_AGAIN = "the whole series is asked for again; the answers so far stay in the raw landing"


def collect_one(desk: Desk, claim: Claim) -> None:
    """One row as far as the bureau lets it go: every package is committed before the next is asked for."""
    try:
        if claim.status == "downloaded" or _download(desk, claim):
            into_pool(desk, claim)
    except Contradiction as found:
        _start_again(desk, claim, *found.args)
    except LoginLost as lost:
        step_back(desk, claim, lost)
    except BureauError as error:
        with desk.transaction() as work:
            work.tasks.hold(claim)
            _put_off(desk, work, claim, error)


def _put_off(desk: Desk, work: Work, claim: Claim, error: BureauError) -> None:
    if isinstance(error, QuotaSpent):  # too many questions today: an answer costs nothing but patience
        work.tasks.postpone(claim, day=desk.quota_day() + timedelta(days=1), why=error)
    elif isinstance(error, TryLater) and claim.attempts + 1 < MAX_ATTEMPTS:
        work.tasks.postpone(claim, seconds=error.wait_seconds, why=error, cost=1)
    else:
        work.tasks.fail(claim, "download_failed", error, cost=1)


def _download(desk: Desk, claim: Claim) -> bool:
    """True when every question is answered to its end; False when the row was put off or failed.

    Days that the bureau does not answer for any more are left out, and the row says so; raises Refused where all are.
    """
    request = desk.request(claim)
    with desk.transaction() as work:
        places, questions = work.tasks.places(claim), len(work.tasks.series(claim))
    late = {place.part_no: refused for place in places if (refused := out_of_reach_today(desk, claim, place.argument))}
    if late and len(late) == questions:
        raise next(iter(late.values()))
    if not all(_answer(desk, claim, request, place) for place in places if place.part_no not in late):
        return False
    with desk.transaction() as work:
        work.tasks.hold(claim)
        work.tasks.downloaded(claim)
    return True


def _answer(desk: Desk, claim: Claim, request: Request, place: Place) -> bool:
    """One question to its end."""
    number = claim.request_no or ""
    while True:
        if place.stored == 0:
            progress = desk.bureau.poll(request, number, place)
            if progress.stage in (Stage.PROCESSING, Stage.FAILED):
                return _not_ready(desk, claim, place, progress)
            page = progress.page
            _hold_against_question(claim, place, progress)
        else:
            try:
                page = desk.bureau.fetch(request, number, place)
            except Refused as refused:
                return _contradicted(desk, claim, refused.text)
        if _contradicts(place, page):
            return _contradicted(desk, claim, f"the total was {place.announced} and is now {page and page.announced}")
        with desk.transaction() as work:
            work.tasks.hold(claim)
            work.tasks.store(claim, place, page)
        if page is None or page.last:
            return True
        place = Place(place.part_no, place.argument, page.announced, place.stored + 1, page.cursor)


def _hold_against_question(claim: Claim, place: Place, progress: Progress) -> None:
    """Raises Contradiction where the word that there is nothing is about another question; rows are judged later."""
    named = READINGS[claim.channel].named(progress.answer) if progress.answer else {}
    whole = foreign(claim, place.argument, named)
    if whole is not None:
        raise Contradiction(whole.code, whole.reason, progress.answer)


def _contradicted(desk: Desk, claim: Claim, text: str) -> bool:
    """Asks the series again; after the last attempt what came is merged, and the row says what it lacks (A-08)."""
    if claim.attempts + 1 >= MAX_ATTEMPTS:
        return True
    return _start_again(desk, claim, SERIES_CHANGED, text)


def _contradicts(place: Place, page: Page | None) -> bool:
    return page is not None and place.announced is not None and page.announced != place.announced


def _not_ready(desk: Desk, claim: Claim, place: Place, progress: Progress) -> bool:
    processing = progress.stage is Stage.PROCESSING
    login = waits_for_login(desk, claim) if processing else None
    with desk.transaction() as work:
        work.tasks.hold(claim)
        if progress.argument is not None:
            work.tasks.remember(claim, place, progress.argument)
        if login:
            work.logins.wait(claim, login, WAITING)
        elif processing:
            work.tasks.postpone(claim, seconds=progress.wait_seconds, polls=1)
        else:
            refused = Refused(progress.code, progress.text, progress.advice, answer=progress.answer)
            work.tasks.fail(claim, "download_failed", refused)
    return False


def _start_again(desk: Desk, claim: Claim, code: str, text: str, answer: bytes = b"") -> bool:
    with desk.transaction() as work:
        work.tasks.hold(claim)
        error = Refused(code, text, _AGAIN, answer=answer)
        if claim.attempts + 1 < MAX_ATTEMPTS:
            work.tasks.start_again(claim, 0.0, error)
        else:
            work.tasks.fail(claim, "download_failed", error, cost=1)
    return False
