"""One stand per channel that selects: a bureau with 海关缴款书, the channel's hook, and the same words for both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from asked_of_gateway import company, gateway_connection
from asked_of_leqi import UNIT, order
from fapiao.selection.answers import (
    Action,
    Document,
    DocumentResult,
    Holding,
    Party,
    Statistics,
    StatisticsAction,
    Uploaded,
    Waiting,
)
from hooks.channels.selection_channel import SelectionChannel
from hooks.channels.selection_channels import SELECTION_CHANNELS
from rehearsal import GENERAL, KEY, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator
from stands import LEQI_COMPANY

PARTY = Party(GENERAL, UNIT)
FILLED_IN = date(2026, 12, 5)
PERIOD = "202612"
PATIENCE = 10
Fault = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What differs between the two: connection, company, and what services and disturbances are called."""

    channel: str
    variable: str
    connection: Callable[..., str]
    company: dict[str, Any]
    upload: str
    result: str
    held: str
    page: str
    statistics: str
    statistics_result: str
    unreadable: Fault
    flow_control: Fault
    task_fails: Fault
    codes: Mapping[str, str] = field(default_factory=dict)


KINDS = (
    Kind(
        "leqi", "AIRFLOW_CONN_LEQI", leqi_connection, LEQI_COMPANY,
        "PLHGJKSDKGX", "CXHGJKSDKGXCLJG", "HQDQSKSSQHGJKSDKGXCLJG", "cxym", "SQCXDKTJ", "CXTJCLJG",
        {"kind": "unknown_returncode"}, {"kind": "platform", "code": "429"}, {"kind": "task_fails"},
        {"done": "01", "unknown": "02", "locked": "05", "held": "06", "not_due": "07", "overdue": "04",
         "duplicate": "13", "twin": "34"},
    ),
    Kind(
        "etax", "AIRFLOW_CONN_BUREAU_GATEWAY", gateway_connection, company("etax"),
        "invoiceSelect", "invoiceSelectQuery", "invoiceDownQuery", "pageNo", "statisticCreate", "statisticCreateQuery",
        {"kind": "bad_base64"}, {"kind": "error_code", "code": "P6912"}, {"kind": "task_ends", "code": "3"},
        {"done": "1", "unknown": "2", "locked": "20", "held": "1", "not_due": "8-[001]", "overdue": "8-[001]",
         "duplicate": "8-[001]", "twin": "8-[001]"},
    ),
)  # fmt: skip


@dataclass
class SelectionStand:
    """A running bureau and a hook of one channel; the period is December 2026, the day 20 January 2027."""

    kind: Kind
    bureau: RunningSimulator
    hook: SelectionChannel

    def seed(self, count: int = 1, **values: Any) -> list[Document]:
        """Some 缴款书 of December, ready to be selected for reason 3."""
        seed = {"fplx": "customs", "nsrsbh": GENERAL, "kprq": FILLED_IN.isoformat()} | values
        found = order(self.bureau, "seed", companies=[], documents=[seed] * count)["documents"]
        day = date.fromisoformat(str(seed["kprq"]))
        return [Document(number, day, "3", tax_amount=Decimal("13.00")) for number in found]

    def fault(self, service: str, fault: Fault, **values: Any) -> None:
        """A disturbance of one service."""
        order(self.bureau, "fault", service=service, **fault | values)

    def minutes(self, minutes: float) -> None:
        """The bureau's clock goes on."""
        order(self.bureau, "clock", advance_seconds=minutes * 60)

    def calls(self, service: str) -> list[dict[str, Any]]:
        """What the bureau was asked of a service."""
        with self.bureau.client() as client:
            found: list[dict[str, Any]] = client.get("/_sim/journal", params={"service": service}).json()["calls"]
        return found

    def apply(self, action: Action, documents: Sequence[Document]) -> dict[str, DocumentResult]:
        """An upload and its answers, by document; those refused on the spot too."""
        uploaded = self.hook.upload(PARTY, action, documents)
        return {one.document_key: one for one in [*uploaded.refused, *self.answers(uploaded.request_no)]}

    def answers(self, request_no: str) -> Sequence[DocumentResult]:
        """The answers to an upload, asked for every ten minutes of the bureau's clock."""
        for _ in range(PATIENCE):
            self.minutes(10)
            found = self.hook.results(PARTY, request_no)
            if not isinstance(found, Waiting):
                return found.documents
        raise AssertionError("never answered")

    def holdings(self, period: str = PERIOD) -> Mapping[str, Holding]:
        """What the bureau says it holds."""
        found = self.hook.holdings(PARTY, period)
        for _ in range(PATIENCE):
            if not isinstance(found, Waiting):
                return found
            self.minutes(3)
            found = self.hook.holdings(PARTY, period, found.request_no)
        raise AssertionError("never answered")

    def table(self, action: StatisticsAction) -> Statistics:
        """A statistics table applied for, and what it came to."""
        return self.told(action, self.hook.apply_statistics(PARTY, action))

    def told(self, action: StatisticsAction, uploaded: Uploaded) -> Statistics:
        """What an application for a table came to."""
        for _ in range(PATIENCE):
            self.minutes(10)
            found = self.hook.statistics_result(PARTY, action, uploaded.request_no)
            if not isinstance(found, Waiting):
                return found
        raise AssertionError("never answered")


@contextmanager
def selecting(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> Iterator[SelectionStand]:
    """The stand of one channel."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as bureau:
        order(bureau, "clock", date="2027-01-20")
        order(bureau, "seed", companies=[kind.company], documents=[])
        order(bureau, "period", taxNo=GENERAL, skssq=PERIOD)
        monkeypatch.setenv(kind.variable, kind.connection(bureau.url))
        hook = SELECTION_CHANNELS[kind.channel]()
        yield SelectionStand(kind, bureau, hook)
        hook.close()
