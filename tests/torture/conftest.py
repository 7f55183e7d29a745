"""How much the driver is to do: short days in every run, seeds of whole months by options; and what they came to."""

from pathlib import Path

import pytest

from figures import Figures, write_table
from torture_seeds import seeds_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the long form (docs/torture.md)."""
    group = parser.getgroup("torture", "the seeded torture driver (docs/torture.md)")
    group.addoption("--torture-seeds", default="", help="10: the seeds 1 to 10; 7-7: seed 7 alone; 3,5-6: these")
    group.addoption("--torture-days", type=int, default=20, help="business days of each seed; default 20")
    group.addoption(
        "--torture-out",
        type=Path,
        default=None,
        help="a folder for progress and results; a seed that has one there is not driven again",
    )
    group.addoption(
        "--torture-table", type=Path, default=None, help="the page whose table of figures is written from that folder"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a seed, so that several are driven side by side (-n 2)."""
    if "long_seed" in metafunc.fixturenames:
        metafunc.parametrize("long_seed", seeds_of(metafunc.config.getoption("--torture-seeds", "")))


@pytest.fixture
def figures(pytestconfig: pytest.Config, long_seed: int) -> Figures:
    """What becomes of a seed, kept in the folder where one was named."""
    return Figures(long_seed, pytestconfig.getoption("--torture-days"), pytestconfig.getoption("--torture-out"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the table when everything was driven; the process that collects does it, not a worker of xdist."""
    page, folder = session.config.getoption("--torture-table", None), session.config.getoption("--torture-out", None)
    if page and folder and not hasattr(session.config, "workerinput"):
        write_table(page, folder)
