"""One stand per channel for the conformance suite: a bureau, hooks connected to it, and the same words for all five."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from asked_of_gateway import company, gateway_connection
from asked_of_leqi import UNIT, asked, order
from fapiao.channels.gateway.reading import GATEWAY
from fapiao.channels.leqi.reading import LEQI
from fapiao.channels.raw_reply import ReplyReader
from fapiao.downloads.protocol import Applied, Package, PartCursor, Readiness, Request
from hooks.channels.download_channel import DownloadChannel
from hooks.gateway.aisino import AisinoHook
from hooks.gateway.etax import EtaxHook
from hooks.gateway.soft_certificate import SoftCertificateHook
from hooks.gateway.tax_disk import TaxDiskHook
from hooks.leqi.hook import LeqiHook
from rehearsal import DIRECT_UNIT, GENERAL, KEY, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator

Fault = dict[str, Any]
LEQI_COMPANY = {"nsrsbh": GENERAL, "jrdwptbh": DIRECT_UNIT, "sydwptbh": UNIT, "authorised_on": "2020-01-01"}


@dataclass(frozen=True)
class Kind:
    """What differs between the channels: who speaks it, what its services and disturbances are called."""

    channel: str
    hook: Callable[[], DownloadChannel]
    variable: str
    connection: Callable[..., str]
    company: dict[str, Any]
    reading: ReplyReader
    apply: str
    result: str
    page_size: int
    number: str
    faults: dict[str, Fault] = field(default_factory=dict)


LEQI_FAULTS: dict[str, Fault] = {
    "flow_control": {"kind": "platform", "code": "429"},
    "unknown_code": {"kind": "unknown_returncode"},
    "unreadable": {"kind": "wrong_gzip"},
    "task_fails": {"kind": "task_fails"},
    "total_changes": {"kind": "packagecount_changes"},
}
GATEWAY_FAULTS: dict[str, Fault] = {
    "flow_control": {"kind": "error_code", "code": "P6912"},
    "unknown_code": {"kind": "error_code", "code": "77"},
    "unreadable": {"kind": "bad_base64"},
    "task_fails": {"kind": "task_ends", "code": "3"},
    "total_changes": {"kind": "total_changes"},
}


def _gateway(channel: str, hook: Callable[[], DownloadChannel]) -> Kind:
    return Kind(
        channel, hook, "AIRFLOW_CONN_BUREAU_GATEWAY", gateway_connection, company(channel), GATEWAY,
        "ext.fullInvoiceDown", "ext.fullInvoiceDownQuery", 200, "invoiceNo", GATEWAY_FAULTS,
    )  # fmt: skip


KINDS = (
    Kind(
        "leqi", LeqiHook, "AIRFLOW_CONN_LEQI", leqi_connection, LEQI_COMPANY, LEQI,
        "PLFPXZSQ", "PLFPXZSQFK", 2000, "fphm", LEQI_FAULTS,
    ),
    _gateway("etax", EtaxHook),
    _gateway("soft_certificate", SoftCertificateHook),
    _gateway("tax_disk", TaxDiskHook),
    _gateway("aisino", AisinoHook),
)  # fmt: skip


@dataclass
class Stand:
    """A running bureau and a hook of one channel, in the same words for each."""

    kind: Kind
    bureau: RunningSimulator
    hook: DownloadChannel

    def asked(self, download_type: str = "input_full", **values: Any) -> Request:
        """A request of the one company on this channel."""
        return asked(download_type, **{"channel": self.kind.channel} | values)

    def seed(self, count: int = 1, **values: Any) -> list[str]:
        """Some 专票 of January; their numbers."""
        documents = [{"fplx": "81", "nsrsbh": GENERAL, "kprq": "2027-01-05"} | values for _ in range(count)]
        found: list[str] = order(self.bureau, "seed", companies=[], documents=documents)["documents"]
        return found

    def generate(self, count: int) -> None:
        """A month of 专票."""
        month = {"nsrsbh": GENERAL, "sjlx": "1", "fplx": "81", "month": "2027-01", "count": count, "seed": 7}
        order(self.bureau, "seed", companies=[], documents=[], generate=[month])

    def fault(self, name: str, service: str, **values: Any) -> None:
        """A disturbance by its name here, on the applying or the answering service."""
        fault = self.kind.faults.get(name, {"kind": name})
        order(self.bureau, "fault", service=service, **fault | values)

    def calls(self, service: str) -> list[dict[str, Any]]:
        """What the bureau was asked of a service."""
        with self.bureau.client() as client:
            found: list[dict[str, Any]] = client.get("/_sim/journal", params={"service": service}).json()["calls"]
        return found

    def ready(self, request: Request, applied: Applied, place: PartCursor | None = None) -> Package:
        """The first page, once the bureau has stopped processing."""
        place = place or PartCursor(1, applied.parts[0])
        for _ in range(5):
            progress = self.hook.poll(request, applied.request_no, place)
            if progress.stage is Readiness.READY:
                assert progress.page
                return progress.page
            assert progress.stage is Readiness.PROCESSING, progress
            place = PartCursor(place.part_no, progress.argument or place.argument)
        raise AssertionError("never ready")

    def rest(self, request: Request, applied: Applied, first: Package) -> list[Package]:
        """The page given and all that follow it."""
        pages = [first]
        while not pages[-1].last:
            place = PartCursor(1, applied.parts[0], first.announced, len(pages), pages[-1].cursor)
            pages.append(self.hook.fetch(request, applied.request_no, place))
        return pages

    def numbers(self, pages: list[Package], **values: Any) -> list[str]:
        """The invoice numbers that the stored pages carry, as the channel's own reading finds them."""
        claim = claimed(self.kind.channel, **values)
        found = (row for page in pages for row in self.kind.reading.rows(claim, page.body))
        return [row[self.kind.number] for row in found if self.kind.reading.aside(claim, row) is None]


def claimed(channel: str, **values: Any) -> Any:
    """A claim as far as a reading looks at it."""
    usual = {"channel": channel, "download_type": "input_full", "job": "test", "document": "invoice"}
    return type("Claim", (), usual | {"invoice_type": "81", "wanted_types": ()} | values)()


@contextmanager
def standing(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """The stand of one channel on 20 January 2027."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as bureau:
        order(bureau, "clock", date="2027-01-20")
        order(bureau, "seed", companies=[kind.company], documents=[])
        monkeypatch.setenv(kind.variable, kind.connection(bureau.url))
        hook = kind.hook()
        yield Stand(kind, bureau, hook)
        hook.close()
