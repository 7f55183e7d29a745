"""What the driver tells its workers."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from operators.run_context import owner_of, run_day
from run_contexts import context
from stage import of_role


@pytest.mark.finding("F20")
def test_two_workers_of_one_instant_never_hold_leases_under_one_name() -> None:
    clock = SimpleNamespace(now=lambda: datetime(2027, 3, 6, tzinfo=UTC))
    owners = set()
    for started in range(2):
        order = of_role(SimpleNamespace(clock=clock, workers=SimpleNamespace(started=started)), "sweep")
        given = context(clock, order, "sweep")
        owners.add(owner_of(given, run_day(given)))
    assert len(owners) == 2
