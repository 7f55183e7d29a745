"""Waiting for a login: rows step back without losing an attempt and go on when the account is back (S2 逻辑, R216)."""

import logging
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from fapiao.downloads.protocol import Login
from fapiao.errors import BureauError, LoginLost, Refused, TryLater
from fapiao.tasks import WaitingRow
from fapiao.texts.said import said
from hooks.channels.download_channel import DownloadChannel
from hooks.channels.selection_channel import SelectionChannel
from hooks.queues.login_requests import LoginRequests
from operators.leased_queue.session import Queue, QueueTables, Session, Tables

LoginChannel = DownloadChannel | SelectionChannel

log = logging.getLogger(__name__)

ASK_LOGIN_AFTER_POLLS = 3
"""A task that waits for a login answers like one that is being processed: after so many such answers we ask (§10.4)."""

WAITING = LoginLost("LOGIN_LOST", said("errors.waits_for_login"))
"""Our words for a task whose bureau says 处理中 while its account is logged out."""


@dataclass(frozen=True, slots=True)
class LoginTables(QueueTables[Queue]):
    """The tables of a queue whose rows may wait for a login."""

    logins: LoginRequests


@dataclass(slots=True)
class LoginSession(Session[Tables]):
    """A session whose rows may wait for a login."""

    @abstractmethod
    def login_channel(self, channel: str) -> LoginChannel:
        """Who knows whether an account is logged in."""


def wait_for_login(session: LoginSession[Any], row: WaitingRow, lost: LoginLost) -> None:
    """The row waits for its account's login; one that is logged in after all comes back soon. No attempt is lost."""
    login = login_now(session, row)
    with session.locked(row) as tables:
        poll_later(tables, row, login, lost.wait_seconds, lost)


def poll_later(
    tables: LoginTables[Any], row: WaitingRow, login: Login | None, seconds: float, why: LoginLost = WAITING
) -> None:
    """处理中: looked at again in `seconds`, or behind the login that the row really waits for. No attempt is lost."""
    if login:
        tables.logins.put_behind(tables.queue, row, login, why)
    else:
        tables.queue.postpone(row, seconds, polls=1)


def login_blocking(session: LoginSession[Any], row: WaitingRow) -> Login | None:
    """The login that a long-processing row really waits for, asked after every third answer that says 处理中."""
    return None if (row.polls + 1) % ASK_LOGIN_AFTER_POLLS else login_now(session, row)


def login_now(session: LoginSession[Any], row: WaitingRow) -> Login | None:
    """The login that a row waits for now; None where its account is logged in, or logs in by itself."""
    login = login_state(session, row.channel, row.taxpayer_no)
    return login if login.state == "manual" else None


def recheck_logins(session: LoginSession[Any], channel: str, *, at_once: bool = False) -> int:
    """Asks about the logins that rows wait for; how many rows go on. `at_once` does not wait for the next check."""
    with session.transaction() as tables:
        went_on: int = tables.logins.go_on()
        due = tables.logins.due(channel, at_once=at_once)
    for request, taxpayer_no in due:
        login = login_state(session, channel, taxpayer_no)
        with session.transaction() as tables:
            if login.state == "manual":
                tables.logins.still_out(request, login)
            else:
                went_on += tables.logins.answered(request)
    return went_on


def login_state(session: LoginSession[Any], channel: str, taxpayer_no: str) -> Login:
    """A state that cannot be asked, or whose channel cannot be opened, is no login: the next check finds out."""
    try:
        return session.login_channel(channel).login(taxpayer_no)
    except (TryLater, Refused) as error:
        log.warning("the login of %s cannot be asked now: %s", taxpayer_no, error)
        return Login("manual", wait_seconds=error.wait_seconds or 60.0)
    except BureauError as error:
        log.warning("the login of %s is lost: %s", taxpayer_no, error)
        return Login("manual")
    except Exception:
        log.exception("the login of %s cannot be asked: fapiao itself failed", taxpayer_no)
        return Login("manual", wait_seconds=60.0)
