"""No file of the repository names the machine it was written on, or a package index."""

import os
import re
import subprocess
import sys

import pytest

from doc_pages import ROOT, repository_files

# Put together here, so that this file may be looked at as well.
PATHS = tuple("/" + name for name in ("work/", "tmp/bash", "root/."))
INDEXES = ("pypi" + ".org", "python" + "hosted.org")


def texts() -> dict[str, str]:
    """Every text file of the repository by its path."""
    found = {}
    for path in repository_files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def configured_indexes() -> set[str]:
    """The hosts of the package indexes this machine uses, out of pip's configuration and the environment."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=False, capture_output=True, text=True
    )
    settings = [value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))]
    hosts = re.findall(r"https?://(?:[^@/\s']*@)?([^/:\s']+)", "\n".join([listed.stdout, *settings]))
    return {host for host in hosts if host not in ("localhost", "127.0.0.1")}


def naming(words: tuple[str, ...], files: dict[str, str]) -> list[tuple[str, str]]:
    """Which file holds which of the words."""
    return [(name, word) for name, text in files.items() for word in words if word in text]


def test_the_repository_has_files_to_look_at():
    assert {"README.md", "fapiao", "docs/lifecycle.md", "tests/docs/test_no_machine.py"} <= texts().keys()


def test_no_file_names_a_path_of_the_machine():
    assert naming(PATHS, texts()) == []


def test_no_file_names_a_package_index():
    assert naming((*INDEXES, *sorted(configured_indexes())), texts()) == []


@pytest.mark.parametrize("word", [*PATHS, *INDEXES])
def test_a_file_that_does_is_found(word):
    assert naming((word,), {"a.py": f"x = '{word}y'"}) == [("a.py", word)]
