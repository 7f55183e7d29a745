"""The driver itself: nothing that dies, freezes, is cut off or done by people meanwhile breaks an invariant."""

import pytest

from day_script import Intensity
from seed_run import run_seed


@pytest.mark.slow
def test_two_days_under_kills_leave_every_invariant_whole() -> None:
    tally = run_seed(1, 2, Intensity(), channels=("leqi",))

    assert tally.counts["kill"] > 40
    assert tally.counts["documents"] == 48
