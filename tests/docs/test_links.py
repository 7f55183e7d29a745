"""What the pages point to is there."""

import re
from pathlib import Path

import pytest

from doc_pages import LINK, ROOT, anchors, name_of, pages, prose

_BELOW = r"(?:dags|plugins|include|simulator|launcher|bench|tests|docs)/[\w./-]*"
_AT_THE_ROOT = r"[A-Za-z.-]+\.(?:md|toml|yaml|txt)"
NAMED = re.compile(f"`(?P<path>{_BELOW}|{_AT_THE_ROOT})`")
ELSEWHERE = {"companies.xlsx", "schemes.yaml"}


def dead_links(page: Path, text: str) -> list[str]:
    """The relative links of a page that lead nowhere."""
    dead = []
    for target in (match["target"] for match in LINK.finditer(prose(text))):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        found = (page.parent / path) if path else page
        if not found.exists() or (anchor and anchor not in _anchors_of(found)):
            dead.append(target)
    return dead


def _anchors_of(page: Path) -> set[str]:
    return {anchor for _, anchor in anchors(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_relative_link_leads_to_a_file_and_a_heading(page):
    assert dead_links(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_file_a_page_names_exists(page):
    named = {match["path"] for match in NAMED.finditer(page.read_text(encoding="utf-8"))} - ELSEWHERE
    assert [path for path in sorted(named) if not (ROOT / path).exists() and not (page.parent / path).exists()] == []


def test_a_link_to_a_missing_file_or_heading_is_found():
    page = ROOT / "README.md"
    assert dead_links(page, "[a](nowhere.md) [b](docs/platform.md#no-such-task) [c](LICENSE)") == [
        "nowhere.md",
        "docs/platform.md#no-such-task",
    ]


def test_the_reading_path_is_seven_files_a_newcomer_can_finish():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Read it in seven files")[2].partition("\n## ")[0]
    places = [ROOT / name for name in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)]
    files = [file for place in places for file in (sorted(place.iterdir()) if place.is_dir() else [place])]
    assert len(places) == 7
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) < 800
