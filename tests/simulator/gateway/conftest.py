"""A served bureau at 09:00 of 2027-01-20 with companies on every channel, and an application that talks to it."""

import httpx
import pytest

from gateway_caller import GatewayCaller
from gateway_room import COMPANIES
from rehearsal_room import Room
from simulator.running import RunningSimulator


@pytest.fixture
def room(served: RunningSimulator, control: httpx.Client) -> Room:
    """The control room, with a company on every channel."""
    served.bureau.reset()
    room = Room(control)
    room.day("2027-01-20")
    room.seed(companies=COMPANIES)
    return room


@pytest.fixture
def gateway(served: RunningSimulator, http: httpx.Client, room: Room) -> GatewayCaller:
    """An application that signs in by itself."""
    return GatewayCaller(served.url, http)
