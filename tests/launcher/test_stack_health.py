"""A wait for a stack ends when nothing gets on, and for nothing else."""

import pytest

from fapiao.errors import Unusable
from launcher.stack import Part, Stack
from launcher.stack_health import MOST_DEATHS, STANDSTILL_SECONDS, HealthWatch, _refuse_deaths


def stack_with(deaths: int) -> Stack:
    """Its scheduler took the place of so many others."""
    return Stack(8080, Part(1, ""), {"scheduler": Part(2, "", deaths)})


def test_deaths_of_the_days_before_do_not_count_against_a_start() -> None:
    before = {"scheduler": 7}
    _refuse_deaths(stack_with(7 + MOST_DEATHS - 1), before)
    with pytest.raises(Unusable, match=f"scheduler ended {MOST_DEATHS} times while it started"):
        _refuse_deaths(stack_with(7 + MOST_DEATHS), before)
    with pytest.raises(Unusable, match="scheduler ended"):
        _refuse_deaths(stack_with(MOST_DEATHS), {})


@pytest.mark.parametrize(("work", "stands"), [(100.0, True), (104.0, True), (106.0, False), (20.0, False)])
def test_a_stack_gets_on_by_work_and_by_a_process_that_ended(work: float, stands: bool) -> None:
    watch = HealthWatch(lambda _: None)
    watch.see(["scheduler"], 100.0)
    watch.moved_at -= STANDSTILL_SECONDS + 1
    watch.see(["scheduler"], work)
    if stands:
        with pytest.raises(Unusable, match="nothing has got on"):
            watch.refuse_standstill()
    else:
        watch.refuse_standstill()
