"""What `./fapiao test` relies on of the tools it calls."""

import sys

import pytest

from launcher.commands.test import RUNS

GROUPED = """
import pytest

@pytest.mark.xdist_group("stack")
@pytest.mark.parametrize("number", range(6))
def test_alone(number): pass
"""


@pytest.mark.parametrize("words", [words for _, words in RUNS])
def test_tests_of_one_group_run_in_one_process(words: list[str], pytester: pytest.Pytester) -> None:
    """They share one port 8080, or do in their order what one another needs."""
    pytester.makepyfile(GROUPED)
    pytester.makeini("[pytest]\nmarkers =\n slow: takes long")
    result = pytester.run(sys.executable, "-m", *words, "-v", "-p", "no:cacheprovider")
    workers = {line.split()[0] for line in result.outlines if "PASSED" in line}
    assert len(workers) == 1, result.outlines
