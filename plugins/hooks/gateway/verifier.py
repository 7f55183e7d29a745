"""Who carries a verification to the bureau: the gateway's 查验 (O13), which serves the companies of every channel."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from fapiao.verification import VerifyCall
from hooks.gateway.session import GatewaySession


@contextmanager
def open_verifier() -> Iterator[tuple[VerifyCall, int]]:
    """The way to ask, and how many questions may be on it side by side; closed at the end."""
    with closing(GatewaySession()) as session:
        yield session.verify, session.concurrency
