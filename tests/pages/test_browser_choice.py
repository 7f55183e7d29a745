"""Which browser the tests of the pages use, and that a machine without one is told what to do."""

from pathlib import Path

import pytest

from browser import MISSING, NAMES, VARIABLE, browser_path


def program(folder: Path, name: str) -> str:
    file = folder / name
    file.write_text("#!/bin/sh\n", encoding="ascii")
    file.chmod(0o755)
    return str(file)


def test_the_named_browser_wins_over_those_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert browser_path() is None
    for name in reversed(NAMES):
        found = program(tmp_path, name)
        assert browser_path() == found
    monkeypatch.setenv(VARIABLE, "/opt/other/chrome")
    assert browser_path() == "/opt/other/chrome"


def test_who_has_none_reads_how_to_get_one():
    assert VARIABLE in MISSING
    assert all(name in MISSING for name in NAMES)
