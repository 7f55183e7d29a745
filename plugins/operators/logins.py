"""Waiting for a login: rows step back without losing an attempt and go on when the account is back (S2 逻辑, R216)."""

import logging

from fapiao.bureau import Login
from fapiao.errors import BureauError, LoginLost, Refused, TryLater
from fapiao.tasks import Claim
from operators.desk import Desk

log = logging.getLogger(__name__)

ASK_LOGIN_AFTER_POLLS = 3
"""A task that waits for a login answers like one that is being processed: after so many such answers we ask (§10.4)."""

WAITING = LoginLost(
    "LOGIN_LOST",
    "任务处理中：电子税局账号未登录",
    "log the account in; the row goes on by itself",
)
"""Our words for a task whose bureau says 处理中 while its account is logged out."""


def step_back(desk: Desk, claim: Claim, error: LoginLost) -> None:
    """The row waits for its account's login; one that is logged in after all comes back soon. No attempt is lost."""
    login = _state(desk, claim.taxpayer_no)
    with desk.transaction() as work:
        work.tasks.hold(claim)
        if login.state == "manual":
            work.logins.wait(claim, login, error)
        else:
            work.tasks.postpone(claim, seconds=error.wait_seconds, polls=1)


def waits_for_login(desk: Desk, claim: Claim) -> Login | None:
    """The login that a long-processing row really waits for; None where it is simply not ready."""
    if (claim.polls + 1) % ASK_LOGIN_AFTER_POLLS:
        return None
    login = _state(desk, claim.taxpayer_no)
    return login if login.state == "manual" else None


def check_logins(desk: Desk, channel: str, *, at_once: bool = False) -> int:
    """Asks about the logins that rows wait for; how many rows go on. `at_once` does not wait for the next check."""
    with desk.transaction() as work:
        due = work.logins.due(channel, at_once=at_once)
    return sum(_check(desk, request, taxpayer_no) for request, taxpayer_no in due)


def _check(desk: Desk, request: int, taxpayer_no: str) -> int:
    login = _state(desk, taxpayer_no)
    with desk.transaction() as work:
        if login.state != "manual":
            return work.logins.answered(request)
        work.logins.still_out(request, login)
        return 0


def _state(desk: Desk, taxpayer_no: str) -> Login:
    """A state that cannot be asked is no login: the row waits, and the next check finds out."""
    try:
        return desk.bureau.login(taxpayer_no)
    except (TryLater, Refused) as error:
        log.warning("the login of %s cannot be asked now: %s", taxpayer_no, error)
        return Login("manual", wait_seconds=error.wait_seconds or 60.0)
    except BureauError as error:
        log.warning("the login of %s is lost: %s", taxpayer_no, error)
        return Login("manual")
