"""Rows that wait for a login: they step back without losing an attempt (S2 逻辑, R216)."""

from fapiao.downloads.protocol import Login
from fapiao.errors import LoginLost
from fapiao.tasks import Claim
from operators.downloads.session import WorkerSession
from operators.login_state import login_blocking, login_state, recheck_logins


def wait_for_login(session: WorkerSession, claim: Claim, error: LoginLost) -> None:
    """The row waits for its account's login; one that is logged in after all comes back soon. No attempt is lost."""
    login = login_state(session.bureau, claim.taxpayer_no)
    with session.transaction() as tables:
        tables.tasks.lock_claimed(claim)
        if login.state == "manual":
            tables.logins.wait(claim, login, error)
        else:
            tables.tasks.postpone(claim, seconds=error.wait_seconds, polls=1)


def waits_for_login(session: WorkerSession, claim: Claim) -> Login | None:
    """The login that a long-processing row really waits for; None where it is simply not ready."""
    return login_blocking(session.bureau, claim.taxpayer_no, claim.polls)


def check_logins(session: WorkerSession, channel: str, *, at_once: bool = False) -> int:
    """Asks about the logins that rows wait for; how many rows go on. `at_once` does not wait for the next check."""
    return recheck_logins(session.transaction, session.bureau, channel, at_once=at_once)
