"""Verify: due verifications are asked, one call each, and what the bureau says is merged or marked (S0, R028, R129)."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from fapiao.errors import AnswerLost, BureauError, LeaseLost, LoginLost, QuotaSpent, Refused
from fapiao.tasks import RunDay
from fapiao.verification import Question, Verification, VerificationRules, VerifyCall, question
from hooks.pool.faults import blamed_on_row
from hooks.queues.verifications import VerificationTable, answer
from operators.run_context import MAX_ATTEMPTS

log = logging.getLogger(__name__)

BATCH = 20
_NOT_PASSED = "2"
"""checkStatus 不通过 (protocols §7.7)"""
_SPENT = "五次查验机会当日已用完"


@dataclass(frozen=True, slots=True)
class VerificationSession:
    """One worker's place: a connection of its own, whoever carries the question, and the day it works for."""

    connection: psycopg.Connection[Any]
    ask: VerifyCall
    rules: VerificationRules
    run: RunDay
    owner: str
    now: Callable[[], datetime]

    @contextmanager
    def transaction(self) -> Iterator[VerificationTable]:
        """All or nothing on the worker's own connection."""
        with self.connection.transaction():
            yield VerificationTable(self.connection)

    def day(self) -> date:
        """The day of Asia/Shanghai on which a call made now counts."""
        return self.run.quota_day(self.now())

    def instant(self) -> datetime:
        """The instant at which the bureau is heard now."""
        return self.run.instant(self.now())


def verify_due(session: VerificationSession) -> int:
    """Asks about everything that is due, until the same ones are due again; how many verifications were handled."""
    handled, seen = 0, set[int]()
    while claims := _claim(session):
        for asked in claims:
            _handle(session, asked)
        handled += len(claims)
        if (these := {asked.verification_id for asked in claims}) <= seen:
            break
        seen |= these
    return handled


def _claim(session: VerificationSession) -> list[Verification]:
    with session.transaction() as table:
        return table.claim(session.owner, session.day(), BATCH)


def _handle(session: VerificationSession, asked: Verification) -> None:
    """One verification, whatever becomes of it, so that it cannot hold up those behind it."""
    try:
        verify_one(session, asked)
    except LeaseLost:
        log.warning("verification %s was taken over; this worker lets it go", asked.batch_no)
    except Exception as broken:
        log.exception("verification %s failed inside fapiao", asked.batch_no)
        error = blamed_on_row(broken, session.connection, "see the task's Airflow log; the answer is kept")
        with session.transaction() as table:
            table.lock_claimed(asked)
            _put_off(table, asked, error, "failed")


def verify_one(session: VerificationSession, asked: Verification) -> None:
    """One call: written down, made, and its answer kept before anything is made of it. Raises LeaseLost."""
    with session.transaction() as table:
        kept = table.kept_answer(asked)
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
        with session.transaction() as table:
            table.lock_claimed(asked)
            table.answered(reply_id, None, error, counted=_counts(error))
            _refused(session, table, asked, error)
        return
    with session.transaction() as table:
        table.answered(reply_id, body)
    _confirm(session, asked, reply_id, body)


def _begin(session: VerificationSession, asked: Verification, asking: Question) -> int | None:
    """The number of the call; None where the day's five are spent, and the row waits for tomorrow."""
    day = session.day()
    with session.transaction() as table:
        table.lock_claimed(asked)
        reply_id = table.begin(asked, asking, day, session.rules.daily)
        if reply_id is None:
            spent = QuotaSpent("VERIFY_DAILY_LIMIT", f"{asked.document_key} {_SPENT}", "it is asked again tomorrow")
            table.settle(asked, "limit", spent, day + timedelta(days=1))
    return reply_id


def _counts(error: BureauError) -> bool:
    """Whether the bureau counted the call: not when it provably was not made, or nobody was logged in."""
    return isinstance(error, Refused | AnswerLost | QuotaSpent)


def _refused(session: VerificationSession, table: VerificationTable, asked: Verification, error: BureauError) -> None:
    state = session.rules.state(error)
    if state == "limit":
        table.settle(asked, "limit", error, session.day() + timedelta(days=1))
    elif state == "mismatch":
        table.mark_mismatch(asked, session.instant())
        table.settle(asked, "mismatch", error)
    elif isinstance(error, LoginLost):
        table.postpone(asked, error, cost=0)
    else:
        _put_off(table, asked, error, state)


def _put_off(table: VerificationTable, asked: Verification, error: BureauError, state: str) -> None:
    if isinstance(error, Refused) or asked.attempts + 1 >= MAX_ATTEMPTS:
        table.settle(asked, state, error)
    else:
        table.postpone(asked, error, cost=1)


def _confirm(session: VerificationSession, asked: Verification, reply_id: int, body: bytes) -> None:
    try:
        with session.transaction() as table:
            table.lock_claimed(asked)
            if str(answer(body).get("checkStatus", "")) == _NOT_PASSED:
                mismatch = Refused("VERIFY_MISMATCH", "checkStatus 2 不通过", "compare the invoice with its paper")
                table.mark_mismatch(asked, session.instant())
                table.settle(asked, "mismatch", mismatch)
                return
            table.store(asked, reply_id, body, session.instant())
            table.settle(asked, "verified")
    except Refused as unusable:
        _settle(session, asked, "failed", unusable)


def _settle(session: VerificationSession, asked: Verification, state: str, why: BureauError) -> None:
    with session.transaction() as table:
        table.lock_claimed(asked)
        table.settle(asked, state, why)
