"""航信, through real DAG runs: a day of a month is never skipped, and what comes late is fetched once more."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing

DAILY = "aisino__current_month"


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """One company of 航信 that downloads 专票."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-01-29") as found:
        found.company(channel="aisino")
        found.scheme("81", downloads=["input_full"])
        yield found


@pytest.mark.finding("F05")
@pytest.mark.req("A-26", "R124", "A-38")
def test_the_last_day_of_a_month_comes_on_the_first_of_the_next(room: GatewayRehearsal) -> None:
    keys = {room.bought("81", f"2027-01-{day}") for day in (29, 30, 31)}
    for number in range(4):
        room.run(DAILY, date(2027, 1, 30) + timedelta(days=number))

    assert set(room.invoices()) == keys
    windows = [(str(one["window_start"]), str(one["window_end"]), one["sync_type"]) for one in room.tasks()]
    assert windows == [
        ("2027-01-01", "2027-01-29", "current_month"),
        ("2027-01-01", "2027-01-30", "current_month"),
        ("2027-01-01", "2027-01-31", "history_month"),
        ("2027-02-01", "2027-02-01", "current_month"),
    ]


@pytest.mark.finding("F05")
@pytest.mark.req("A-26")
def test_what_the_bureau_learns_after_the_first_comes_on_the_6th_and_the_12th(room: GatewayRehearsal) -> None:
    room.run(DAILY, "2027-02-01")
    fifth = room.bought("81", "2027-01-31")
    room.run("aisino__history_input", "2027-02-06")
    assert set(room.invoices()) == {fifth}

    eleventh = room.bought("81", "2027-01-30")
    room.run("aisino__full_last_month", "2027-02-12")
    assert set(room.invoices()) == {fifth, eleventh}
