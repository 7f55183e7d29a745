"""README.md and README.zh-CN.md say the same; the Chinese one leads to the Chinese guides where there are any."""

import re

import pytest

from doc_pages import ROOT, blocks, headings

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def test_both_have_the_same_headings_in_the_same_order():
    assert headings(ENGLISH) == headings(CHINESE)


def test_both_have_the_same_code_blocks():
    assert blocks(ENGLISH)
    assert blocks(ENGLISH) == blocks(CHINESE)


def first_cells(text: str) -> list[str]:
    """The code in the first cell of every table row."""
    return re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)


def test_both_tables_have_the_same_rows():
    assert len(first_cells(ENGLISH)) > 15
    assert first_cells(ENGLISH) == first_cells(CHINESE)
    assert ENGLISH.count("\n| ") == CHINESE.count("\n| ")


@pytest.mark.parametrize("mark", [r"`([^`\n]+)`", r"\]\(([^)]+)\)"], ids=["code", "links"])
def test_both_name_the_same_things(mark):
    ours = set(re.findall(mark, ENGLISH))
    theirs = {re.sub(r"^docs/zh/(?=.)", "docs/", named) for named in re.findall(mark, CHINESE)}
    only_one_way = {"README.zh-CN.md", "README.md", "docs/glossary.md"}
    assert ours - only_one_way == theirs - only_one_way


def test_the_chinese_one_leads_to_the_chinese_guides():
    there = {f"docs/{page.name}" for page in (ROOT / "docs/zh").glob("*.md")}
    assert there & set(re.findall(r"\]\(([^)#]+)", CHINESE)) == set()
