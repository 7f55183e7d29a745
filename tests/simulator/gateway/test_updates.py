"""O8: what the bureau recorded on some days, for soft certificates and tax disks only."""

import pytest

from gateway_caller import GatewayCaller
from gateway_room import AEROSPACE, CERTIFIED, DISKED, LEQI, MAKER
from rehearsal_room import Room

WINDOW = {"startTime": "2027-01-17", "endTime": "2027-01-18"}


def updates(gateway: GatewayCaller, owner: str, **window: str) -> list[str]:
    task = gateway.apply("ext.statusUpdateDown", taxNo=owner, **(window or WINDOW))
    found = gateway.fetch("ext.statusUpdateDownQuery", owner, task).data["invoices"]
    return [item["invoiceNo"] or item["invoiceCode"] for item in found]


def bought(room: Room, fplx: str = "81", kprq: str = "2026-12-05", **more: object) -> str:
    return room.seed(documents=[{"nsrsbh": CERTIFIED, "fplx": fplx, "kprq": kprq, **more}])[0]


def test_a_document_received_in_the_window_is_in_it(gateway: GatewayCaller, room: Room):
    received = [bought(room, collected_on=day) for day in ("2027-01-16", "2027-01-17", "2027-01-18", "2027-01-19")]
    assert sorted(updates(gateway, CERTIFIED)) == sorted(received[1:3])


@pytest.mark.parametrize("codes", [{"fpzt": "7"}, {"ycpzzt": "02"}, {"fpyt": "1", "skssq": "202701"}])
def test_a_change_of_status_risk_or_selection_in_the_window_is_in_it(
    gateway: GatewayCaller, room: Room, codes: dict[str, str]
):
    keys = [bought(room, seed=day) for day in ("16", "17", "18", "19")]
    for key, day in zip(keys, ("16", "17", "18", "19"), strict=True):
        room.change(key, recognised_on=f"2027-01-{day}", **codes)
    assert sorted(updates(gateway, CERTIFIED)) == sorted(keys[1:3])


def test_what_a_header_does_not_show_is_no_change(gateway: GatewayCaller, room: Room):
    room.change(bought(room), rzzt="02", recognised_on="2027-01-17")
    assert updates(gateway, CERTIFIED) == []


def test_a_generated_month_is_received_day_by_day(gateway: GatewayCaller, room: Room):
    room.seed(generate={"nsrsbh": CERTIFIED, "fplx": "81", "month": "2027-01", "count": 310})
    assert len(updates(gateway, CERTIFIED)) == 20


@pytest.mark.parametrize("owner", [MAKER, AEROSPACE, LEQI])
def test_other_channels_have_no_soft_certificate_mode(gateway: GatewayCaller, owner: str):
    reply = gateway.call("ext.statusUpdateDown", taxNo=owner, asyncFlag="1", **WINDOW)
    assert (reply.code, reply.text) == ("1130", f"税号:{owner},没有开启软证书模式")


def test_a_tax_disk_has_it_too(gateway: GatewayCaller):
    assert updates(gateway, DISKED) == []
