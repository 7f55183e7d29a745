"""Verify: due verifications are asked, one call each, and what the bureau says is merged or marked (S0, R028, R129)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fapiao.errors import AnswerLost, BureauError, LoginLost, QuotaSpent, Refused, ends_ticket
from fapiao.rules.book import rulebook
from fapiao.texts.said import said
from fapiao.verification import Question, Verification, VerificationRules, VerifyCall, is_confirmed, question
from hooks.queues.login_requests import LoginRequests
from hooks.queues.verifications import VerificationTable, answer
from operators.leased_queue.guard import Guard, is_last_attempt
from operators.leased_queue.logins import LoginChannel, LoginSession, LoginTables, recheck_logins, wait_for_login
from operators.leased_queue.loop import run_until_none_due, suspects_last
from operators.leased_queue.patience import wait_out

BATCH = 20
UNUSABLE_WAIT_SECONDS = 600.0
"""After an answer that cannot be used, doubled after each further one."""
Tables = LoginTables[VerificationTable]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class VerificationSession(LoginSession[Tables]):
    """One worker's place on one line: whoever carries the question, the rules, and who knows about logins."""

    ask: VerifyCall
    rules: VerificationRules
    bureaus: Mapping[str, LoginChannel]

    def tables(self) -> Tables:
        """The verifications with their calls, and the login requests."""
        return LoginTables(self.connection, VerificationTable(self.connection), LoginRequests(self.connection))

    def login_channel(self, channel: str) -> LoginChannel:
        """The channel over which the company downloads."""
        return self.bureaus[channel]


def recheck_all_logins(session: VerificationSession) -> None:
    """Asks about the logins that verifications wait for; a channel that cannot be asked holds up no other."""
    with session.transaction() as tables:
        channels = tables.queue.login_channels()
    for channel in channels:
        try:
            recheck_logins(session, channel)
        except Exception:
            session.recover(RuntimeError("the session has ended"))
            log.exception("the logins of channel %s cannot be looked at", channel)


def verify_due(session: VerificationSession) -> int:
    """Asks about everything that is due, until the same ones are due again; how many verifications were handled."""
    return run_until_none_due(partial(_claim, session), partial(_handle, session))


def _claim(session: VerificationSession) -> Sequence[Verification]:
    with session.transaction() as tables:
        return suspects_last(partial(tables.queue.claim, session.owner, session.quota_day()), BATCH)


def _handle(session: VerificationSession, claimed: Sequence[Verification]) -> None:
    for asked in claimed:
        _GUARD.run(session, asked, verify_one)


def verify_one(session: VerificationSession, asked: Verification) -> None:
    """One call: written down, made, and its answer kept before anything is made of it. Raises LeaseLost."""
    with session.transaction() as tables:
        kept = tables.queue.kept_answer(asked)
    if kept:
        _confirm(session, asked, *kept)
        return
    try:
        asking = question(asked, session.rules)
    except Refused as unaskable:
        _settle(session, asked, "failed", unaskable)
        return
    reply_id = _begin(session, asked, asking)
    if reply_id is None:
        return
    try:
        body = session.ask(asking)
    except BureauError as error:
        with session.locked(asked) as tables:
            tables.queue.answered(reply_id, None, error, counted=_counts(error))
            if not isinstance(error, LoginLost):
                _refused(session, tables, asked, error)
        if isinstance(error, LoginLost):
            wait_for_login(session, asked, error)
        return
    with session.transaction() as tables:
        tables.queue.answered(reply_id, body)
    _confirm(session, asked, reply_id, body)


def _begin(session: VerificationSession, asked: Verification, asking: Question) -> int | None:
    """The number of the call; None where the day's five are spent, and the row waits for tomorrow."""
    day = session.quota_day()
    with session.locked(asked) as tables:
        reply_id = tables.queue.begin(asked, asking, day, session.rules.daily)
        if reply_id is None:
            spent = QuotaSpent("VERIFY_DAILY_LIMIT", said("errors.verified_too_often", document=asked.document_key))
            tables.queue.settle(asked, "limit", spent, day + timedelta(days=1))
    return reply_id


def _counts(error: BureauError) -> bool:
    """Whether the bureau counted the call: not when it provably was not made, or nobody was logged in."""
    return isinstance(error, Refused | AnswerLost | QuotaSpent) and not error.free


def _refused(session: VerificationSession, tables: Tables, asked: Verification, error: BureauError) -> None:
    state, table = session.rules.state(error), tables.queue
    if state == "limit":
        table.settle(asked, "limit", error, session.quota_day() + timedelta(days=1))
    elif state == "mismatch":
        table.mark_mismatch(asked, session.instant())
        table.settle(asked, "mismatch", error)
    elif ends_ticket(error):
        table.settle(asked, state, error)
    else:
        wait_out(table, asked, error, partial(table.settle, asked, state))


_GUARD: Guard[Tables, Verification] = Guard("verification")


def _confirm(session: VerificationSession, asked: Verification, reply_id: int, body: bytes) -> None:
    try:
        with session.locked(asked) as tables:
            if not is_confirmed(asked, answer(body)):
                tables.queue.mark_mismatch(asked, session.instant())
                tables.queue.settle(asked, "mismatch", Refused("VERIFY_MISMATCH"))
                return
            tables.queue.store(asked, reply_id, body, session.instant())
            tables.queue.settle(asked, "verified")
    except Refused as unusable:
        _not_usable(session, asked, unusable)


def _not_usable(session: VerificationSession, asked: Verification, why: Refused) -> None:
    """The answer stays kept, the row says what is wrong with it, and another call is made; the last one ends it."""
    with session.locked(asked) as tables:
        if is_last_attempt(asked):
            tables.queue.settle(asked, "failed", why)
        else:
            wait = rulebook().patience(asked.channel).next_wait(UNUSABLE_WAIT_SECONDS, asked.attempts)
            tables.queue.postpone(asked, wait, why, cost=1)


def _settle(session: VerificationSession, asked: Verification, state: str, why: BureauError) -> None:
    with session.locked(asked) as tables:
        tables.queue.settle(asked, state, why)
