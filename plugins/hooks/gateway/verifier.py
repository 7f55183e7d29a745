"""Who carries a verification to the bureau: the gateway's 查验 (O13), which serves the companies of every channel."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from fapiao.verification import VerifyCall
from hooks.gateway.session import GatewaySession


@contextmanager
def open_verifier(open_session: Callable[[], GatewaySession] = GatewaySession) -> Iterator[tuple[VerifyCall, int]]:
    """The way to ask, and how many questions may be on it side by side; closed at the end.

    `open_session` may refuse a bureau that is not the pool's (A-54).
    """
    with closing(open_session()) as session:
        yield session.verify, session.concurrency
