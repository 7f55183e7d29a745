"""A running simulator, and the 乐企 hook connected to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asked_of_leqi import UNIT, order
from hooks.leqi.hook import LeqiHook
from rehearsal import DIRECT_UNIT, GENERAL, KEY, leqi_connection
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator


@pytest.fixture
def bureau() -> Iterator[RunningSimulator]:
    """A bureau on 20 January 2027 that knows one company."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        company = {"nsrsbh": GENERAL, "jrdwptbh": DIRECT_UNIT, "sydwptbh": UNIT, "authorised_on": "2020-01-01"}
        order(simulator, "clock", date="2027-01-20")
        order(simulator, "seed", companies=[company], documents=[])
        yield simulator


@pytest.fixture
def connect(bureau: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., LeqiHook]]:
    """Makes a hook whose connection has these extras."""
    hooks: list[LeqiHook] = []

    def make(**extra: Any) -> LeqiHook:
        monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection(bureau.url, **extra))
        hooks.append(LeqiHook(new_id=lambda: "0" * 32))
        return hooks[-1]

    yield make
    for hook in hooks:
        hook.close()


@pytest.fixture
def hook(connect: Callable[..., LeqiHook]) -> LeqiHook:
    """The hook with the connection's usual extras."""
    return connect()
