"""Apply: claimed 未处理 rows become 下载处理中, one reservation and one call each (design §2)."""

from datetime import date, timedelta

from fapiao.calendar.quotas import Limits, limits, months_of
from fapiao.downloads.protocol import USAGE_JOBS
from fapiao.errors import AnswerLost, BureauError, LoginLost, QuotaSpent, Refused
from fapiao.rules.book import rulebook
from fapiao.tasks import Claim
from fapiao.texts.said import said
from fapiao.windows import month_start
from hooks.queues.tasks import TaskTable
from operators.downloads.session import SessionTables, WorkerSession
from operators.leased_queue.guard import is_last_attempt
from operators.leased_queue.logins import wait_for_login
from operators.leased_queue.patience import wait_out

_LAST_WAITS = 60
"""So many waits before the last attempt: a bureau that cannot be reached for an hour costs no application its row."""

_UNKNOWN = AnswerLost("ANSWER_UNKNOWN", said("errors.worker_ended"))


def apply_one(session: WorkerSession, claim: Claim) -> None:
    """One application: reserve, call, record. A crash in between leaves a slot that the next claim finds (A-03).

    The question is made before a slot is reserved: one that cannot be made costs none.
    """
    request = session.request(claim)
    if claim.job in USAGE_JOBS and not request.questions:
        with session.locked(claim) as tables:
            tables.queue.nothing_to_ask(claim, session.rules.message("nothing_to_ask", "scheduled"))
        return
    if claim.counter is not None and not _reserved(session, claim, claim.counter):
        return
    try:
        applied = session.bureau.apply(request)
    except LoginLost as lost:
        with session.transaction() as tables:
            tables.ledger.settle(claim, "released")
        wait_for_login(session, claim, lost)
    except BureauError as error:
        with session.locked(claim) as tables:
            _not_accepted(session, tables, claim, error)
    else:
        with session.locked(claim) as tables:
            if tables.queue.accepted(claim, applied, request.observed_at):
                tables.ledger.settle(claim, "consumed")
            else:
                _not_accepted(session, tables, claim, _of_another_row(applied.request_no))


def _of_another_row(number: str) -> AnswerLost:
    return AnswerLost("TICKET_OF_ANOTHER", said("errors.ticket_of_another", number=number))


def _reserved(session: WorkerSession, claim: Claim, counter: str) -> bool:
    """True when a slot is reserved; else the row is put off to the day on which there is room, with the reason."""
    day = session.quota_day()
    with session.locked(claim) as tables:
        enforced = session.rules.quota(claim.channel, counter).bureau_enforced
        if tables.ledger.settle(claim, "unknown" if enforced else "released") and enforced:
            _unknown(tables.queue, claim, day)
            return False
        room = tables.ledger.reserve(claim, counter, day, _limits(session, claim, counter, day))
        if room is not None:
            _wait_for_room(tables.queue, claim, day, room)
        return room is None


def _unknown(tasks: TaskTable, claim: Claim, day: date) -> None:
    """An earlier worker reserved and died: the slot stays counted, the row tries again tomorrow, but not for ever."""
    if is_last_attempt(claim):
        tasks.fail(claim, "apply_failed", _UNKNOWN, cost=1)
    else:
        tasks.postpone(claim, day=day + timedelta(days=1), why=_UNKNOWN, cost=1, broke=claim.broke_workers)


def _limits(session: WorkerSession, claim: Claim, counter: str, day: date) -> dict[date, Limits]:
    """The limits by issue month; the calendar leaves its reserve of past months to people (A-29)."""
    reserve = int(session.parameter("fapiao", "leqi_quota_reserve")) if claim.automatic and counter == "full" else 0
    return {
        month: limits(session.rules, claim.channel, counter, month, day, reserve=reserve)
        for month in months_of(*claim.days())
    }


def _wait_for_room(tasks: TaskTable, claim: Claim, day: date, room: date) -> None:
    """Quota spent costs no attempt; a window of the running month is not worth waiting for beyond that month."""
    issue_month = month_start(claim.days()[0])
    code = "QUOTA_DAY" if room == day + timedelta(days=1) else "QUOTA_MONTH"
    kind = rulebook().type_name(claim.invoice_type)
    used = said("errors.no_room", month=f"{issue_month:%Y-%m}", kind=kind, day=day)
    running = issue_month == month_start(day) and claim.download_type.endswith("_full")
    if running and month_start(room) > month_start(day):
        tasks.fail(claim, "apply_failed", QuotaSpent(code, used, said("advice.room_next_month", day=room)))
    else:
        tasks.postpone(claim, day=room, why=QuotaSpent(code, used, said("advice.room_on", day=room)))


def _not_accepted(session: WorkerSession, tables: SessionTables, claim: Claim, error: BureauError) -> None:
    tables.ledger.settle(claim, "unknown" if isinstance(error, AnswerLost) else "released")
    if isinstance(error, QuotaSpent):
        _spent_elsewhere(session, tables, claim, error)
    elif error.free:
        wait_out(tables.queue, claim, error, lambda why: tables.queue.fail(claim, "apply_failed", why))
    elif isinstance(error, Refused) or is_last_attempt(claim):
        tables.queue.fail(claim, "apply_failed", error, cost=1)
    elif isinstance(error, AnswerLost) and claim.counter is not None:
        tables.queue.postpone(claim, day=session.quota_day() + timedelta(days=1), why=error, cost=1)
    else:
        wait = error.wait_seconds * (_LAST_WAITS if claim.attempts else 1)
        tables.queue.postpone(claim, seconds=wait, why=error, cost=1)


def _spent_elsewhere(session: WorkerSession, tables: SessionTables, claim: Claim, error: QuotaSpent) -> None:
    """The bureau refused though we saw room: somebody else applied; our ledger learns it (N07)."""
    day, monthly = session.quota_day(), "月" in error.text and "日" not in error.text and "天" not in error.text
    if claim.counter is not None:
        tables.ledger.note_foreign(
            claim, claim.counter, day, _limits(session, claim, claim.counter, day), monthly=monthly
        )
    tables.queue.postpone(claim, day=month_start(day, -1) if monthly else day + timedelta(days=1), why=error)
