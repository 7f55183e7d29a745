"""On whatever terminal, and into a pipe: the language that is meant, in letters that are read, no line too wide."""

import subprocess
import sys
from collections.abc import Mapping

import pytest
from rich.cells import cell_len

from temporary_postgres import ROOT
from terminal_texts import FOLDER, LOCALES, WIDTHS, file_of, printed

EVERY = [(spoken, width) for spoken in LOCALES for width in WIDTHS]
NO_LOCALE = ({"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})


@pytest.mark.parametrize(("spoken", "width"), EVERY)
def test_what_is_printed_is_what_is_committed(spoken: str, width: int | None) -> None:
    assert printed(width, {"LANG": LOCALES[spoken]}).decode() == file_of(spoken, width).read_text(encoding="utf-8")


def test_nothing_is_kept_that_is_printed_no_more() -> None:
    assert {*FOLDER.iterdir()} == {file_of(spoken, width) for spoken, width in EVERY}


@pytest.mark.parametrize("variables", NO_LOCALE)
def test_without_a_locale_it_is_english_and_chinese_is_still_chinese(variables: Mapping[str, str]) -> None:
    assert printed(None, variables).decode() == file_of("en", None).read_text(encoding="utf-8")
    told = printed(None, {**variables, "FAPIAO_LANG": "zh"}).decode()
    assert told == file_of("zh", None).read_text(encoding="utf-8")
    assert "\\u" not in told
    assert "?" not in told


def test_a_terminal_of_another_encoding_spells_out_what_it_has_not() -> None:
    variables = {"LANG": "C", "FAPIAO_LANG": "zh", "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [sys.executable, ROOT / "launcher", "--help"], check=False, capture_output=True, env=variables
    )
    assert done.returncode == 0, done.stderr
    assert rb"\u547d\u4ee4" in done.stdout


@pytest.mark.parametrize(("spoken", "width"), [(spoken, width) for spoken, width in EVERY if width])
def test_no_line_of_a_help_or_a_table_is_wider_than_the_terminal(spoken: str, width: int) -> None:
    lines = file_of(spoken, width).read_text(encoding="utf-8").splitlines()
    laid_out = [line for line in lines if not line.lstrip().startswith(("./fapiao", "$"))]
    assert [line for line in laid_out if cell_len(line) > width] == []
