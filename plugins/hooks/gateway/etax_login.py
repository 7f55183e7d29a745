"""The accounts of 电子税局: whether one is online, and what logging in takes."""

from fapiao.channels.gateway import interfaces
from fapiao.downloads.protocol import Login
from hooks.gateway.session import GatewaySession

WAITS_FOR_LOGIN = "GATEWAY_LOGIN_WAIT"
"""Our code of a task that stands still because nobody is logged in (replies.yaml)."""
LOOK_AGAIN_SECONDS = 600.0
"""How long a person may take to log in before it is worth looking again."""
_MANUAL = "2"


def log_in(session: GatewaySession, taxpayer_no: str) -> Login:
    """O2, and O1 where it is not online: an `auto` account logs in, a `manual` one gets its page.

    Raises LoginLost, Refused or TryLater.
    """
    data = {"taxNo": taxpayer_no}
    state = session.read(interfaces.LOGIN_CHECK, data)
    account = str(state.get("etaxAccount") or "") or None
    if state.get("loginStatus") == "online":
        return Login("online", account)
    answer = session.read(interfaces.LOGIN, data)
    if str(answer.get("loginType")) == _MANUAL:
        url = str(answer.get("loginWebUrl") or "") or None
        return Login("manual", account, url, session.poll_delay(LOOK_AGAIN_SECONDS))
    return Login("online", account)
