"""A served bureau at 09:00 of 2027-01-05 with one general and one small-scale company, and clients to talk to it."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from bureau_caller import Caller
from rehearsal_room import KEY, OTHER, SHOP, US, Room
from simulator.bureau import Bureau
from simulator.clock import Clock, morning
from simulator.running import RunningSimulator

DAY = date(2027, 1, 5)


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSimulator]:
    """One simulator per test process; every test starts from its reset."""
    with RunningSimulator(Bureau(Clock(morning(DAY)), KEY, salt="tests")) as running:
        yield running


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """One HTTP client for all calls to plane L."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def control(served: RunningSimulator) -> Iterator[httpx.Client]:
    """One HTTP client for all calls to /_sim."""
    with served.client() as client:
        yield client


@pytest.fixture
def room(served: RunningSimulator, control: httpx.Client) -> Room:
    """The control room, with three companies seeded."""
    served.bureau.reset()
    room = Room(control)
    room.seed(companies=[US, OTHER, SHOP])
    return room


@pytest.fixture
def caller(served: RunningSimulator, http: httpx.Client) -> Caller:
    """The general company's line to the bureau."""
    return Caller(served.url, KEY, http)
