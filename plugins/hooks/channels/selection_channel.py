"""The contract of a channel that selects: upload and result, the tax period, the statistics table, what it holds."""

from collections.abc import Sequence
from typing import Protocol

from fapiao.downloads.protocol import Login
from fapiao.selection.answers import (
    Action,
    Document,
    Holdings,
    Party,
    Results,
    Statistics,
    StatisticsAction,
    TaxPeriod,
    Uploaded,
    Waiting,
)
from hooks.bureau.identity import BureauIdentity


class SelectionChannel(Protocol):
    """A channel (勾选通道): 乐企 or 电子税局. Every verb raises a BureauError of fapiao.errors and nothing else."""

    def login(self, taxpayer_no: str) -> Login:
        """Whether the taxpayer's account is logged in; an `auto` one logs in on the way. Raises Refused or TryLater."""
        ...

    def period(self, party: Party) -> TaxPeriod:
        """L9, O14. Raises LoginLost, Refused or TryLater."""
        ...

    def change_period(self, party: Party, period: str) -> TaxPeriod:
        """变更税款所属期 (L9, O15), one month a call; repeating it is safe. Raises LoginLost, Refused or TryLater."""
        ...

    def upload(self, party: Party, action: Action, documents: Sequence[Document]) -> Uploaded:
        """L10, O16. Raises LoginLost, Refused, TryLater (provably not taken) or AnswerLost (unknown)."""
        ...

    def results(self, party: Party, request_no: str) -> Results | Waiting:
        """L10, O17: whole, or nothing yet. Raises LoginLost, Refused or TryLater."""
        ...

    def holdings(self, party: Party, period: str, request_no: str | None = None) -> Holdings | Waiting:
        """What the bureau holds as selected in a tax period, by document (乐企: the current one only).

        电子税局 answers in a task: Waiting names its number, and the same call with it asks again.
        Raises LoginLost, Refused or TryLater.
        """
        ...

    def statistics(self, party: Party) -> Statistics:
        """L9, O18. Raises LoginLost, Refused or TryLater."""
        ...

    def apply_statistics(self, party: Party, action: StatisticsAction) -> Uploaded:
        """L11, O19, O20. Raises LoginLost, Refused, TryLater or AnswerLost."""
        ...

    def statistics_result(self, party: Party, action: StatisticsAction, request_no: str) -> Statistics | Waiting:
        """L11, O19, O20. Raises LoginLost, Refused (the bureau's code and text) or TryLater."""
        ...

    @property
    def identity(self) -> BureauIdentity:
        """Which kind of bureau it is, as far as that is known."""
        ...

    def close(self) -> None:
        """Gives the connections back."""
        ...
