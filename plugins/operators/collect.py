"""Collect: poll what is accepted, keep every answer raw, merge it, settle the row (design §2)."""

from collections.abc import Callable, Iterator, Mapping

from fapiao.bureau import Page, Place, Progress, Request, Stage
from fapiao.errors import BureauError, LoginLost, MergeError, Refused, TryLater
from fapiao.payloads import Context, Staged, translate
from fapiao.readings import READINGS
from fapiao.rule_records import FollowUp
from fapiao.tasks import Claim
from hooks.merge import MergeContext, MergeCounts, Target
from hooks.merge import Stage as Staging
from operators.apply import MAX_ATTEMPTS
from operators.desk import Desk, Work
from operators.logins import WAITING, step_back, waits_for_login

_CHANGED = "SERIES_CHANGED"
_DUPLICATE = "DUPLICATE_ROW"
_AGAIN = "the whole series is asked for again; the answers so far stay in the raw landing"


def collect_one(desk: Desk, claim: Claim) -> None:
    """One row as far as the bureau lets it go: every package is committed before the next is asked for."""
    try:
        if claim.status == "downloaded" or _download(desk, claim):
            _merge(desk, claim)
    except LoginLost as lost:
        step_back(desk, claim, lost)
    except BureauError as error:
        with desk.transaction() as work:
            work.tasks.hold(claim)
            _put_off(work, claim, error)


def _put_off(work: Work, claim: Claim, error: BureauError) -> None:
    if isinstance(error, TryLater) and claim.attempts + 1 < MAX_ATTEMPTS:
        work.tasks.postpone(claim, seconds=error.wait_seconds, why=error, cost=1)
    else:
        work.tasks.fail(claim, "download_failed", error, cost=1)


def _download(desk: Desk, claim: Claim) -> bool:
    """True when every question is answered to its end; False when the row was put off or failed."""
    request = desk.request(claim)
    with desk.transaction() as work:
        places = work.tasks.places(claim)
    if not all(_answer(desk, claim, request, place) for place in places):
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
        else:
            page = desk.bureau.fetch(request, number, place)
        if _contradicts(place, page):
            return _start_again(
                desk, claim, _CHANGED, f"the total was {place.announced} and is now {page and page.announced}"
            )
        with desk.transaction() as work:
            work.tasks.hold(claim)
            work.tasks.store(claim, place, page)
        if page is None or page.last:
            return True
        place = Place(place.part_no, place.argument, page.announced, place.stored + 1, page.cursor)


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
            work.tasks.fail(claim, "download_failed", Refused(progress.code, progress.text, progress.advice))
    return False


def _start_again(desk: Desk, claim: Claim, code: str, text: str) -> bool:
    with desk.transaction() as work:
        work.tasks.hold(claim)
        error = Refused(code, text, _AGAIN)
        if claim.attempts + 1 < MAX_ATTEMPTS:
            work.tasks.start_again(claim, 0.0, error)
        else:
            work.tasks.fail(claim, "download_failed", error, cost=1)
    return False


def _merge(desk: Desk, claim: Claim) -> None:
    """Staging, merge, checks, follow-up and settlement in one transaction: all of the reply set or nothing."""
    try:
        with desk.transaction() as work:
            work.tasks.hold(claim)
            if work.tasks.has_holes(claim):
                raise _Contradiction(_CHANGED, "a package before the last is smaller than the others: rows are missing")
            staging = Staging(work.connection, _target(claim), _merge_context(claim))
            for reply_id, staged in _staged(work, claim):
                staging.load(staged, reply_id)
            duplicates = staging.duplicates()
            if duplicates.differing or (duplicates.identical and claim.attempts + 1 < MAX_ATTEMPTS):
                twice = ", ".join(duplicates.sample)
                raise _Contradiction(_DUPLICATE, f"document {twice} came twice in one download")
            _settle(desk, work, claim, staging.merge())
    except _Contradiction as found:
        _start_again(desk, claim, *found.args)
    except MergeError as broken:
        raise Refused("MERGE_CHECK", str(broken), "nothing was merged; the raw replies are kept") from broken


class _Contradiction(Exception):
    """The series contradicts itself; the arguments are our code and the sentence."""


def _settle(desk: Desk, work: Work, claim: Claim, counts: MergeCounts) -> None:
    work.tasks.settle(claim, counts)
    for rule in desk.rules.follow_ups_of(claim.channel, claim.download_type, claim.document):
        FOLLOW_UPS[rule.job](desk, work, claim, rule)


def _follow_up_usage(desk: Desk, work: Work, claim: Claim, rule: FollowUp) -> None:
    text = desk.rules.message("small_scale_download", "scheduled")
    work.tasks.follow_up_usage(claim, rule.id, text, desk.rules.advice("SMALL_SCALE"))


FOLLOW_UPS: Mapping[str, Callable[[Desk, Work, Claim, FollowUp], None]] = {"usage_status": _follow_up_usage}
"""What plans each job of include/rules/follow_ups.yaml, in the transaction that settled the cause."""


def _target(claim: Claim) -> Target:
    if claim.download_type == "unselected_init":
        return "unselected"
    return "status" if claim.download_type == "input_status" else "documents"


def _merge_context(claim: Claim) -> MergeContext:
    return MergeContext(
        batch_no=claim.batch_no,
        channel=claim.channel,
        direction=claim.direction,
        taxpayer_no=claim.taxpayer_no,
        insert_missing=claim.download_type != "input_status",
    )


def _staged(work: Work, claim: Claim) -> Iterator[tuple[int, Staged]]:
    """The stored answers as staged rows, one package in memory at a time."""
    reading = READINGS[claim.channel]
    with work.tasks.replies(claim) as replies:
        for reply in replies:
            rows = reading.rows(claim, bytes(reply["body"]))
            context = Context(
                direction=claim.direction,
                taxpayer_no=claim.taxpayer_no,
                invoice_type=claim.invoice_type,
                observed_at=reply["observed_at"],
                aggregated_on=reading.collected_on(reply["argument"]),
                tax_org_code=claim.org_code,
            )
            yield reply["reply_id"], translate(reading.kind(claim), rows, context)
