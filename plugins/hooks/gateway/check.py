"""The question that tests a connection to the gateway: it signs in, which costs nothing (protocols §10.1)."""

from contextlib import closing

from hooks.bureau.check import Checked, checked
from hooks.bureau.connection import BureauConnection
from hooks.gateway.session import GatewaySession


def check_gateway(connection: BureauConnection) -> Checked:
    """Whether address, appId, appSecret, tenant and user are right. No company's login is touched."""
    return checked(connection, _ask)


def _ask(known: BureauConnection) -> str:
    with closing(GatewaySession(known)) as session:
        session.sign_in()
    return "网关已应答，应用和用户登录成功 (the gateway answered; application and user are signed in)。"
