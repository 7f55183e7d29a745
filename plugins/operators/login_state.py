"""Waiting for a login: rows step back without losing an attempt and go on when the account is back (S2 逻辑, R216)."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from fapiao.downloads.protocol import Login
from fapiao.errors import BureauError, LoginLost, Refused, TryLater
from hooks.queues.login_requests import LoginRequests

log = logging.getLogger(__name__)

ASK_LOGIN_AFTER_POLLS = 3
"""A task that waits for a login answers like one that is being processed: after so many such answers we ask (§10.4)."""

WAITING = LoginLost(
    "LOGIN_LOST",
    "任务处理中：电子税局账号未登录",
    "log the account in; the row goes on by itself",
)
"""Our words for a task whose bureau says 处理中 while its account is logged out."""


class LoginChannel(Protocol):
    """A channel that knows whether an account is logged in: one that downloads or one that selects."""

    def login(self, taxpayer_no: str) -> Login:
        """Raises a BureauError."""
        ...


class LoginTables(Protocol):
    """The tables of a transaction, the login requests among them."""

    @property
    def logins(self) -> LoginRequests:
        """sync.login_request."""
        ...


def login_blocking(bureau: LoginChannel, taxpayer_no: str, polls: int) -> Login | None:
    """As waits_for_login, for any channel; asked after every third answer that says 处理中."""
    if (polls + 1) % ASK_LOGIN_AFTER_POLLS:
        return None
    login = login_state(bureau, taxpayer_no)
    return login if login.state == "manual" else None


def recheck_logins(
    transaction: Callable[[], AbstractContextManager[LoginTables]],
    bureau: LoginChannel,
    channel: str,
    *,
    at_once: bool = False,
) -> int:
    """As check_logins, for any channel and whoever works it."""
    with transaction() as work:
        went_on = work.logins.go_on()
        due = work.logins.due(channel, at_once=at_once)
    for request, taxpayer_no in due:
        login = login_state(bureau, taxpayer_no)
        with transaction() as work:
            if login.state == "manual":
                work.logins.still_out(request, login)
            else:
                went_on += work.logins.answered(request)
    return went_on


def login_state(bureau: LoginChannel, taxpayer_no: str) -> Login:
    """A state that cannot be asked is no login: the row waits, and the next check finds out."""
    try:
        return bureau.login(taxpayer_no)
    except (TryLater, Refused) as error:
        log.warning("the login of %s cannot be asked now: %s", taxpayer_no, error)
        return Login("manual", wait_seconds=error.wait_seconds or 60.0)
    except BureauError as error:
        log.warning("the login of %s is lost: %s", taxpayer_no, error)
        return Login("manual")
