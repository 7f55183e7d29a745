"""The question that tests a connection to 乐企: a ticket that nobody has, which costs no quota (protocols §5.1)."""

from contextlib import closing

from fapiao.channels.leqi.services import INVOICE_FEEDBACK
from fapiao.errors import CallerRefused
from fapiao.texts.said import said
from hooks.bureau.check import Checked, checked
from hooks.bureau.connection import BureauConnection
from hooks.leqi.session import LeqiSession

_NOBODYS_TICKET = "0" * 32
_OPENED = frozenset({"LEQI_OK", "LEQI_NOT_FOUND", "LEQI_PARAMETER", "LEQI_PROCESSING"})
"""Answers of the service itself: it has opened what we sealed with our key, and knows both units."""


def check_leqi(connection: BureauConnection, leqi_id: str | None = None) -> Checked:
    """Whether address, 直连单位, 使用单位 and key are right; asks for `leqi_id`, else for the connection's sydwptbh."""
    return checked(connection, lambda known: _ask(known, leqi_id))


def _ask(known: BureauConnection, leqi_id: str | None) -> str:
    unit = leqi_id or known.extra.get("sydwptbh")
    with closing(LeqiSession(known)) as session:
        body = {"lsh": _NOBODYS_TICKET, "packageno": "1"}
        reply = session.ask_safely_repeatable(lambda: session.call(INVOICE_FEEDBACK, leqi_id, body))
        outcome = session.outcome(reply)
        if not unit and outcome.code == "LEQI_USING_UNIT":
            raise CallerRefused(outcome.code, said("errors.unit_missing"), said("advice.LEQI_USING_UNIT_missing"))
        if reply.kind != "returncode" or outcome.code not in _OPENED:
            session.require_accepted(reply, outcome)
    return f"乐企已应答，直连单位、使用单位 {unit} 和密钥有效 (the bureau answered; units and key are accepted)。"
