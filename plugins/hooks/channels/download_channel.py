"""The contract of a channel hook: apply, poll and fetch, three verbs that are never merged into one."""

from typing import Protocol

from fapiao.downloads.protocol import Applied, Login, Package, PartCursor, PollResult, Request
from hooks.bureau.identity import BureauIdentity


class DownloadChannel(Protocol):
    """A channel (收票通道). Every verb raises a BureauError of fapiao.errors and nothing else, LoginLost among them."""

    @property
    def concurrency(self) -> int:
        """How many rows may be handled side by side."""
        ...

    def apply(self, request: Request) -> Applied:
        """Asks for a download; spends quota. Raises QuotaSpent, Refused, TryLater or AnswerLost."""
        ...

    def poll(self, request: Request, request_no: str, place: PartCursor) -> PollResult:
        """Asks how far a question is; costs nothing. Raises Refused or TryLater."""
        ...

    def fetch(self, request: Request, request_no: str, place: PartCursor) -> Package:
        """Takes the package after `place.stored`. Raises Refused or TryLater."""
        ...

    def login(self, taxpayer_no: str) -> Login:
        """Whether the taxpayer's account is logged in; an `auto` one logs in on the way. Raises Refused or TryLater."""
        ...

    @property
    def identity(self) -> BureauIdentity:
        """Which kind of bureau it is, as far as that is known."""
        ...

    def close(self) -> None:
        """Gives the connections back."""
        ...
