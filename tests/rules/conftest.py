"""A copy of the rules files that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fapiao.rules.rule_file import RULES

Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def rules_copy(tmp_path: Path) -> Path:
    """The folder of a full copy, under the same last two names."""
    folder = tmp_path / "include" / "rules"
    folder.mkdir(parents=True)
    for file in RULES.glob("*.yaml"):
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def spoil(rules_copy: Path) -> Spoil:
    """Replaces the first occurrence of a text in one of the copied files; the text must be there."""

    def replace(name: str, old: str, new: str) -> Path:
        file = rules_copy / name
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{name} does not contain {old!r} any more: choose another text"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return rules_copy

    return replace
