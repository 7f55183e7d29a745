"""Verify: due verifications are asked, one call each, and what the bureau says is merged or marked (S0, R028, R129)."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from airflow.sdk import BaseOperator

from fapiao.errors import AnswerLost, BureauError, LoginLost, QuotaSpent, Refused
from fapiao.tasks import RunDay
from fapiao.verification import Ask, Question, Verification, VerificationRules, question, verification_rules
from hooks.gateway.verifier import verifier
from hooks.pool.connection import PoolHook
from hooks.pool.faults import blamed_on_row
from hooks.queues.tasks import LostClaim
from hooks.queues.verifications import VerificationTable, answer
from operators.downloads.apply import MAX_ATTEMPTS
from operators.downloads.open_worker_pool import clock
from operators.run_context import run_day
from operators.who import who

log = logging.getLogger(__name__)

BATCH = 20
_NOT_PASSED = "2"
"""checkStatus 不通过 (protocols §7.7)"""
_SPENT = "五次查验机会当日已用完"


@dataclass(frozen=True, slots=True)
class VerifyDesk:
    """One worker's place: a connection of its own, whoever carries the question, and the day it works for."""

    connection: psycopg.Connection[Any]
    ask: Ask
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


def verify_due(desk: VerifyDesk) -> int:
    """Asks about everything that is due, until the same ones are due again; how many verifications were handled."""
    handled, seen = 0, set[int]()
    while claims := _claim(desk):
        for asked in claims:
            _handle(desk, asked)
        handled += len(claims)
        if (these := {asked.verification_id for asked in claims}) <= seen:
            break
        seen |= these
    return handled


def _claim(desk: VerifyDesk) -> list[Verification]:
    with desk.transaction() as table:
        return table.claim(desk.owner, desk.day(), BATCH)


def _handle(desk: VerifyDesk, asked: Verification) -> None:
    """One verification, whatever becomes of it, so that it cannot hold up those behind it."""
    try:
        verify_one(desk, asked)
    except LostClaim:
        log.warning("verification %s was taken over; this worker lets it go", asked.batch_no)
    except Exception as broken:
        log.exception("verification %s failed inside fapiao", asked.batch_no)
        error = blamed_on_row(broken, desk.connection, "see the task's Airflow log; the answer is kept")
        with desk.transaction() as table:
            table.hold(asked)
            _put_off(table, asked, error, "failed")


def verify_one(desk: VerifyDesk, asked: Verification) -> None:
    """One call: written down, made, and its answer kept before anything is made of it. Raises LostClaim."""
    with desk.transaction() as table:
        kept = table.kept_answer(asked)
    if kept:
        _confirm(desk, asked, *kept)
        return
    try:
        asking = question(asked, desk.rules)
    except Refused as unaskable:
        _settle(desk, asked, "failed", unaskable)
        return
    reply_id = _begin(desk, asked, asking)
    if reply_id is None:
        return
    try:
        body = desk.ask(asking)
    except BureauError as error:
        with desk.transaction() as table:
            table.hold(asked)
            table.answered(reply_id, None, error, counted=_counts(error))
            _refused(desk, table, asked, error)
        return
    with desk.transaction() as table:
        table.answered(reply_id, body)
    _confirm(desk, asked, reply_id, body)


def _begin(desk: VerifyDesk, asked: Verification, asking: Question) -> int | None:
    """The number of the call; None where the day's five are spent, and the row waits for tomorrow."""
    day = desk.day()
    with desk.transaction() as table:
        table.hold(asked)
        reply_id = table.begin(asked, asking, day, desk.rules.daily)
        if reply_id is None:
            spent = QuotaSpent("VERIFY_DAILY_LIMIT", f"{asked.document_key} {_SPENT}", "it is asked again tomorrow")
            table.settle(asked, "limit", spent, day + timedelta(days=1))
    return reply_id


def _counts(error: BureauError) -> bool:
    """Whether the bureau counted the call: not when it provably was not made, or nobody was logged in."""
    return isinstance(error, Refused | AnswerLost | QuotaSpent)


def _refused(desk: VerifyDesk, table: VerificationTable, asked: Verification, error: BureauError) -> None:
    state = desk.rules.state(error)
    if state == "limit":
        table.settle(asked, "limit", error, desk.day() + timedelta(days=1))
    elif state == "mismatch":
        table.mark_mismatch(asked, desk.instant())
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


def _confirm(desk: VerifyDesk, asked: Verification, reply_id: int, body: bytes) -> None:
    try:
        with desk.transaction() as table:
            table.hold(asked)
            if str(answer(body).get("checkStatus", "")) == _NOT_PASSED:
                mismatch = Refused("VERIFY_MISMATCH", "checkStatus 2 不通过", "compare the invoice with its paper")
                table.mark_mismatch(asked, desk.instant())
                table.settle(asked, "mismatch", mismatch)
                return
            table.store(asked, reply_id, body, desk.instant())
            table.settle(asked, "verified")
    except Refused as unusable:
        _settle(desk, asked, "failed", unusable)


def _settle(desk: VerifyDesk, asked: Verification, state: str, why: BureauError) -> None:
    with desk.transaction() as table:
        table.hold(asked)
        table.settle(asked, state, why)


class VerifyOperator(BaseOperator):
    """Verify: a worker per line to the gateway, each with a connection of its own, until nothing is due."""

    def execute(self, context: Any) -> int:
        """How many verifications were handled."""
        run, hook = run_day(context), PoolHook()
        actor = who(context)
        with hook.connect(actor) as front, front.transaction():
            if not VerificationTable(front).anything_due(run.quota_day(clock())):
                return 0
        with verifier() as (ask, lines), ThreadPoolExecutor(lines) as pool:
            owners = [f"{run.dag_id}/{run.run_id}/{context['ti'].task_id}/{line}" for line in range(lines)]
            return sum(pool.map(lambda owner: _work(hook, actor, ask, run, owner), owners))


def _work(hook: PoolHook, actor: str, ask: Ask, run: RunDay, owner: str) -> int:
    with hook.connect(actor) as connection:
        desk = VerifyDesk(connection, ask, verification_rules(), run, owner, clock)
        handled = verify_due(desk)
        with desk.transaction() as table:
            table.release(owner)
    return handled
