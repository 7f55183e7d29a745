"""Every decision is on a page of its own, with its date, context, decision and cost."""

import re

import pytest

from doc_pages import ROOT

FOLDER = ROOT / "docs" / "decisions"
DECISIONS = sorted(FOLDER.glob("[0-9]*.md"))


def test_they_are_numbered_without_a_gap():
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_number_date_context_decision_and_cost(page):
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# {int(page.name[:4])}\. \S", text)
    assert re.search(r"^20\d\d-\d\d-\d\d, (accepted|replaced)", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Cost"]


def test_the_index_lists_each_with_its_title():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    expected = []
    for page in DECISIONS:
        title = page.read_text(encoding="utf-8").partition("\n")[0].partition(". ")[2]
        expected.append(f"- [{page.name[:4]}]({page.name}) {title}")
    assert re.findall(r"^- .+$", index, re.MULTILINE) == expected
