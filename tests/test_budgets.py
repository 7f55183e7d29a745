"""A run of everything ends with how much of its budgets every part of the code takes."""

from pathlib import Path

import pytest

from budgets import BUDGET, PARTS, Budgets, budgets, lengths

MODULE = '''"""A sentence."""


def short() -> int:
    """Words do not count,

    however many.
    """
    return 1


def longer() -> int:
    one = 1
    two = 2
    return one + two
'''


def test_lines_are_counted_without_the_words_of_a_docstring(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(MODULE, encoding="utf-8")
    found = lengths("x", [file])
    assert (found.files, found.median_file, found.longest_file, found.functions) == (1, 15, 15, 2)
    assert (found.median_function, found.nine_of_ten, found.longest_function) == (2, 3, 3)


def test_every_part_stands_below_the_budget() -> None:
    _, _, *rows = budgets().splitlines()
    assert [row.split()[0] for row in rows] == ["budget", *PARTS, "all"]
    assert rows[0].split()[1:] == ["—", "110", "300", "—", "6", "15", "50"]
    assert BUDGET.longest_file == 300


@pytest.mark.parametrize(("words", "shown"), [((), True), (("-k", "good"), False)])
def test_a_run_of_everything_shows_them_and_one_of_some_tests_does_not(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], shown: bool
) -> None:
    pytester.makeini("[pytest]\ntestpaths = .")
    pytester.makepyfile("def test_good(): pass")
    pytester.inline_run("-p", "no:cacheprovider", *words, plugins=[Budgets()])
    assert ("lines of files and functions:" in capsys.readouterr().out) == shown
