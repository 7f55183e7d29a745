"""The accounts of 电子税局: whether one is online, and what logging in takes."""

from collections.abc import Mapping
from typing import Any

from fapiao.boundary import boundary
from fapiao.channels.gateway import interfaces
from fapiao.channels.gateway.interfaces import Interface
from fapiao.downloads.protocol import Login
from fapiao.errors import TryLater
from fapiao.selection.said import hold_against, told, words_of
from fapiao.texts.said import said
from hooks.gateway.session import GatewaySession

WAITS_FOR_LOGIN = "GATEWAY_LOGIN_WAIT"
"""Our code of a task that stands still because nobody is logged in (replies.yaml)."""
LOOK_AGAIN_SECONDS = 600.0
"""How long a person may take to log in before it is worth looking again."""
_AUTOMATIC, _MANUAL = "1", "2"
_LONGEST_ACCOUNT, _LONGEST_ADDRESS = 64, 2048


def log_in(session: GatewaySession, taxpayer_no: str) -> Login:
    """O2, and O1 where it is not online: an `auto` account logs in, a `manual` one gets its page.

    Raises LoginLost, Refused or TryLater, also for an answer that does not say which of them.
    """
    state = _told(session, interfaces.LOGIN_CHECK, taxpayer_no)
    account = _text(state.get("etaxAccount"), _LONGEST_ACCOUNT)
    if state.get("loginStatus") == "online":
        return Login("online", account)
    answer = _told(session, interfaces.LOGIN, taxpayer_no)
    way = words_of(answer.get("loginType"))
    if way == _MANUAL:
        url = _text(answer.get("loginWebUrl"), _LONGEST_ADDRESS)
        usable = url if url and url.startswith(("https://", "http://")) else None
        return Login("manual", account, usable, session.poll_delay(LOOK_AGAIN_SECONDS))
    if way != _AUTOMATIC:
        raise _unreadable(session, f"loginType {told(answer.get('loginType'))} is neither 1 nor 2")
    return Login("online", account)


def is_online(session: GatewaySession, taxpayer_no: str) -> bool:
    """O2 alone: asking logs nobody in. Raises LoginLost, Refused or TryLater."""
    return _told(session, interfaces.LOGIN_CHECK, taxpayer_no).get("loginStatus") == "online"


def _told(session: GatewaySession, interface: Interface, taxpayer_no: str) -> Mapping[str, Any]:
    asked = {"taxNo": taxpayer_no}
    answer = session.read(interface, asked)
    with boundary(lambda broken: _unreadable(session, str(broken))):
        hold_against(answer, asked)
    return answer


def _unreadable(session: GatewaySession, text: str) -> TryLater:
    return TryLater("GATEWAY_LOGIN_STATE", said("errors.unreadable", why=text), wait_seconds=session.poll_delay(60))


def _text(value: object, longest: int) -> str | None:
    """A text that people can be shown whole, None for anything else."""
    found = value.strip() if isinstance(value, str) else ""
    return found if found and len(found) <= longest and found.isprintable() and " " not in found else None
