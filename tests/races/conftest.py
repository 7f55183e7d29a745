"""Workers that freeze, for every test of races."""

from collections.abc import Iterator

import pytest

from frozen import FrozenWorkers, frozen_workers


@pytest.fixture(scope="module")
def workers() -> Iterator[FrozenWorkers]:
    """One process for the tests of a module."""
    with frozen_workers() as found:
        yield found


@pytest.fixture(scope="module")
def others() -> Iterator[FrozenWorkers]:
    """Another process, for workers that go on while one of the first is frozen."""
    with frozen_workers() as found:
        yield found
