"""Complaints are read in English here; what they are in Chinese has tests of its own."""

import pytest


@pytest.fixture(autouse=True)
def _in_english(english: None) -> None:
    """A test of Chinese speaks it itself."""
