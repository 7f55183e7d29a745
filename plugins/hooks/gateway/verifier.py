"""Who carries a verification to the bureau: the gateway's 查验 (O13), which serves the companies of every channel."""

from collections.abc import Iterator
from contextlib import contextmanager

from fapiao.verification import Question, VerifyCall
from hooks.gateway.session import GatewaySession


@contextmanager
def open_verifier() -> Iterator[tuple[VerifyCall, int]]:
    """The way to ask, and how many questions may be on it side by side; closed at the end."""
    session = GatewaySession()

    def ask(question: Question) -> bytes:
        return session.verify(question)

    try:
        yield ask, session.concurrency
    finally:
        session.close()
