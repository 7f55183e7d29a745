"""Who carries a verification to the bureau: the gateway's 查验 (O13), which serves the companies of every channel."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from fapiao.verification import VerifyCall
from hooks.gateway.session import GatewaySession
from hooks.pool.bureau_kind import Connect, admitted


@contextmanager
def open_verifier(connect: Connect | None = None) -> Iterator[tuple[VerifyCall, int]]:
    """The way to ask, and how many questions may be on it side by side; closed at the end.

    `connect` opens the pool that is to be filled. Raises Unusable where the other kind of bureau fills it (A-54).
    """
    with closing(admitted(connect, GatewaySession) if connect else GatewaySession()) as session:
        yield session.verify, session.concurrency
