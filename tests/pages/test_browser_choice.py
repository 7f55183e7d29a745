"""Which browser the tests of the pages use, and that a machine without one is told what to do."""

from pathlib import Path

import pytest

from browser import MISSING, VARIABLE, browser_path


def test_only_a_browser_that_is_named_is_used_by_path_or_by_its_name_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    found = tmp_path / "chromium"
    found.write_text("#!/bin/sh\n", encoding="ascii")
    found.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert browser_path() is None
    monkeypatch.setenv(VARIABLE, "chromium")
    assert browser_path() == str(found)
    monkeypatch.setenv(VARIABLE, "/opt/other/chrome")
    assert browser_path() == "/opt/other/chrome"


def test_who_has_none_reads_how_to_name_one():
    assert VARIABLE in MISSING
