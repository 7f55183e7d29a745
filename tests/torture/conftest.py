"""How much the driver is to do: a short day in every run, seeds of whole months by an option."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the long form (docs/torture.md)."""
    group = parser.getgroup("torture", "the seeded torture driver (docs/torture.md)")
    group.addoption("--torture-seeds", default="", help="seeds: a number from 1 on, or some, as 3,7 or 4-6")
    group.addoption("--torture-days", type=int, default=20, help="business days of each seed")
    group.addoption(
        "--torture-out",
        default="",
        help="a folder that keeps what each seed came to; one that is there is not driven again",
    )
