"""The driver itself: nothing that dies, freezes, is cut off or done by people meanwhile breaks an invariant."""

import pytest

from day_script import Intensity
from every_invariant import INVARIANTS
from figures import Figures
from seed_run import run_seed
from torture_seeds import seeds_of

pytestmark = pytest.mark.slow


def test_two_days_with_everything_going_on_break_no_invariant() -> None:
    counts = run_seed(1, 2, Intensity())

    assert counts["kill"] > 5
    assert counts["person"] > 10
    assert counts["invariants checked"] > 2 * len(INVARIANTS)


def test_seeds_are_named_by_a_number_by_ranges_and_one_by_one() -> None:
    assert [seeds_of(text) for text in ("", "3", "7-7", "3,5-6")] == [[], [1, 2, 3], [7], [3, 5, 6]]


def test_a_seed_of_the_long_form(figures: Figures) -> None:
    if figures.driven:
        pytest.skip(f"seed {figures.seed} was driven before: {figures.file}")
    run_seed(figures.seed, figures.days, Intensity(), figures)
