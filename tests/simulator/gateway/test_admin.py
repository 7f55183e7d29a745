"""The control room of plane O: seeds of companies and accounts, sessions, periods, settings, reset."""

import pytest

from gateway_caller import GatewayCaller
from gateway_room import COMPANIES, MAKER, SHARED
from rehearsal_room import Room


def test_a_company_needs_ids_only_on_leqi_and_at_least_one_channel(room: Room):
    problems = room.problems("seed", {"companies": [{"nsrsbh": "A"}, {"nsrsbh": "B", "channels": []}]})
    assert problems == [
        "companies[0]: a company on leqi needs sydwptbh and jrdwptbh",
        "companies[1]: channels must name at least one",
    ]
    [problem] = room.problems("seed", {"companies": [{"nsrsbh": "A", "channels": ["fax"]}]})
    assert "Invalid enum value 'fax'" in problem


@pytest.mark.parametrize(
    ("what", "body", "sentence"),
    [
        ("session", {"account": "nobody", "state": "online"}, "no account nobody was seeded"),
        ("session", {"account": SHARED, "city": "9", "state": "online"}, f"no account {SHARED} was seeded in 9"),
        ("period", {"taxNo": "nobody", "skssq": "202701"}, "nobody is no seeded company"),
        ("period", {"taxNo": MAKER, "skssq": "202713"}, "'202713' is not a period: write YYYYMM"),
        (
            "settings",
            {"gateway": {"ready_after_polls": 1}},
            "gateway.ready_after_polls must be at least 2: nothing is ready on the first poll",
        ),
        ("settings", {"gateway": {"task_seconds": -1}}, "gateway.task_seconds must not be negative"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused(room: Room, what: str, body: object, sentence: str):
    assert room.problems(what, body) == [sentence]


def test_the_same_account_in_two_cities_is_two_logins(room: Room):
    company = {"nsrsbh": "B2", "channels": ["etax"], "bureau_city_code": "440300", "accounts": [{"account": SHARED}]}
    room.seed(companies=[company])
    order = {"account": SHARED, "city": "440300", "state": "lost"}
    rows = room.client.post("/_sim/session", json=order).json()["sessions"]
    assert {row["city"]: row["state"] for row in rows if row["account"] == SHARED} == {
        "330100": "online",
        "440300": "lost",
    }


def test_a_company_of_both_planes_is_seen_on_both(gateway: GatewayCaller, room: Room):
    both = COMPANIES[-1] | {"nsrsbh": "91310000MA2000018A", "channels": ["leqi", "etax"]}
    room.seed(companies=[both])
    assert gateway.headers(both["nsrsbh"]) == []
    assert gateway.call("ext.invoiceUsageQuery", taxNo=both["nsrsbh"], invoiceType="27").code == "P4001"


def test_reset_forgets_accounts_tasks_tokens_and_settings(gateway: GatewayCaller, room: Room):
    gateway.headers(MAKER)
    room.settle(gateway={"task_seconds": 5})
    room.client.post("/_sim/reset")
    assert room.get("session")["sessions"] == room.get("tasks")["tasks"] == []
    assert room.client.get("/_sim/settings").json()["gateway"] == {
        "ready_after_polls": 2,
        "task_seconds": 0,
        "session_seconds": 10800,
        "repeat_seconds": 180,
        "latency_seconds": 0,
        "encoding": "base64",
    }
    room.seed(companies=COMPANIES)
    assert gateway.call("taxLogin", taxNo=MAKER).http == 401
