"""A room at a stand: selections over the real hook of one channel, the pool on one side and the bureau on the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from asked_of_leqi import UNIT
from fapiao.selection.chosen import Operation, SelectionRequest
from operators.selections.submit import submit
from rehearsal import GENERAL
from selection_room import SelectionRoom, selecting_in
from selection_stands import FILLED_IN, Kind, SelectionStand, selecting


@dataclass
class Office:
    """A room at a stand: the pool on one side, the bureau on the other."""

    room: SelectionRoom
    stand: SelectionStand

    @property
    def channel(self) -> str:
        """Of both sides."""
        return self.stand.kind.channel

    def documents(self, count: int) -> list[str]:
        """缴款书 that the bureau and the pool know."""
        keys = [one.document_key for one in self.stand.seed(count)]
        return self.room.documents(*keys, taxpayer_no=GENERAL, issue_date=FILLED_IN)

    def submit(self, keys: Sequence[str], operation: Operation = "not_deduct") -> None:
        """Documents that are wished for, worked to the upload."""
        reason = "3" if operation == "not_deduct" else None
        submit(
            self.room.another_run(),
            self.room.request(keys, operation, taxpayer_no=GENERAL, reason=reason),
            "tester",
        )
        self.room.work(self.channel)

    def table(self, operation: Operation) -> None:
        """The statistics table."""
        submit(self.room.another_run(), SelectionRequest(operation, "interactive", taxpayers=[GENERAL]), "tester")
        self.finish()

    def finish(self) -> None:
        """Every request to its end, ten minutes of the bureau's clock at a time."""
        for _ in range(12):
            self.room.work(self.channel)
            if not self.room.rows(finished_at=None):
                return
            self.stand.minutes(10)
            self.room.wait_over()
        raise AssertionError(self.room.rows(finished_at=None))

    def agree(self, selected: Sequence[str], others: Sequence[str]) -> None:
        """Pool, ledger and bureau say the same of every document."""
        assert {key for key, one in self.stand.holdings().items() if one.purpose == "2"} == {*selected}
        assert self.room.statuses() == dict.fromkeys(selected, "1") | dict.fromkeys(others, "0")
        ledger = self.room.ledger()
        assert {key: ledger[key]["status_after"] for key in selected} == dict.fromkeys(selected, "1")

    def last(self) -> dict[str, Any]:
        """The newest request."""
        return self.room.rows()[-1]


@contextmanager
def office_of(kind: Kind, monkeypatch: pytest.MonkeyPatch, pool_url: str) -> Iterator[Office]:
    """A company on the channel, known to both sides."""
    furnish: Callable[[SelectionRoom], object] = lambda room: room.company(GENERAL, channel=kind.channel)  # noqa: E731
    with selecting(kind, monkeypatch) as stand, selecting_in(pool_url, furnish, {kind.channel: stand.hook}) as room:
        room.pool.execute("UPDATE enterprise.taxpayer SET leqi_id = %s", [UNIT])
        yield Office(room, stand)
