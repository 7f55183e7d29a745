"""A page of docs/zh and the page of docs/ of the same name are one guide in two languages."""

import re
from pathlib import Path

import pytest

from doc_pages import LINK, ROOT, anchors, prose, tagged_blocks

DOCS = ROOT / "docs"
CHINESE = sorted((DOCS / "zh").glob("*.md"))
"""The pages that have a pair."""
_REMARK = {"sh": r"(?:^|\s)#.*", "yaml": r"(?:^|\s)#.*", "sql": r"--.*"}
_PLACEHOLDER = re.compile(r"<[^<>\n]+>")
_NUMBER = re.compile(r"\d(?:[\d.:-]|,(?=\d{3})){2,}\d")
"""Of printed text: a day, an amount, a number of a batch; a shorter one may be a code that Chinese has a label for."""
_CODE = re.compile(r"`([^`\n]+)`")
_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")

both = pytest.mark.parametrize("chinese", CHINESE, ids=lambda page: page.name)


def english(chinese: Path) -> str:
    """The text of the English page of a pair."""
    return (DOCS / chinese.name).read_text(encoding="utf-8")


def commands(text: str) -> list[tuple[str, list[object]]]:
    """The code blocks: their lines without remarks and names of placeholders; of printed text the long numbers."""
    return [
        (language, [_said(language, line) for line in block.splitlines()]) for language, block in tagged_blocks(text)
    ]


def _said(language: str, line: str) -> object:
    if language == "text":
        return sorted(_NUMBER.findall(line))
    return _PLACEHOLDER.sub("<>", re.sub(_REMARK.get(language, "$^"), "", line)).rstrip()


def tables(text: str) -> list[list[tuple[int, tuple[str, ...]]]]:
    """Of each table the rows: how many cells, and the code of the first."""
    return [[_row(line) for line in found.group().splitlines()] for found in _TABLE.finditer(prose(text))]


def _row(line: str) -> tuple[int, tuple[str, ...]]:
    cells = _CELL.split(line)[1:-1]
    return len(cells), tuple(_CODE.findall(cells[0]))


def links(page: Path, text: str) -> set[str]:
    """Where a page leads, as seen from docs/: a page of docs/zh stands for its pair."""
    return {_seen_from_docs(page, found["target"]) for found in LINK.finditer(prose(text))}


def _seen_from_docs(page: Path, target: str) -> str:
    path, mark, anchor = target.partition("#")
    if "://" in target or not path:
        return target
    found = (page.parent / path).resolve()
    name = {"README.zh-CN.md": "README.md"}.get(found.name, found.name)
    home = DOCS if found.parent == DOCS / "zh" else found.parent
    return f"{(home / name).relative_to(ROOT)}{mark}{anchor}"


def named(text: str) -> set[str]:
    """What the sentences of a page write as code, wherever its lines end."""
    return set(_CODE.findall(re.sub(r"\n(?!\n)", " ", prose(text))))


@both
def test_both_have_the_same_headings_under_the_same_anchors(chinese: Path) -> None:
    assert anchors(chinese.read_text(encoding="utf-8"))[1:] == anchors(english(chinese))[1:]


@both
def test_both_have_the_same_code_blocks(chinese: Path) -> None:
    assert commands(chinese.read_text(encoding="utf-8")) == commands(english(chinese))


@both
def test_both_have_the_same_tables(chinese: Path) -> None:
    assert tables(chinese.read_text(encoding="utf-8")) == tables(english(chinese))


@both
def test_both_lead_to_the_same_places(chinese: Path) -> None:
    own = f"docs/{chinese.name}"
    theirs = links(chinese, chinese.read_text(encoding="utf-8")) - {own}
    assert theirs == links(DOCS / chinese.name, english(chinese)) - {own}


@both
def test_both_name_the_same_code(chinese: Path) -> None:
    ours, theirs = named(english(chinese)), named(chinese.read_text(encoding="utf-8"))
    assert (ours - theirs, theirs - ours) == (set(), set())


@both
def test_each_begins_with_the_way_to_the_other(chinese: Path) -> None:
    assert chinese.read_text(encoding="utf-8").splitlines()[2] == f"[English](../{chinese.name})"
    assert english(chinese).splitlines()[2] == f"[中文](zh/{chinese.name})"


@both
def test_a_chinese_page_leads_to_chinese_pages(chinese: Path) -> None:
    paired = {f"../{page.name}" for page in CHINESE if page != chinese} | {"../../README.md"}
    targets = (found["target"].partition("#")[0] for found in LINK.finditer(chinese.read_text(encoding="utf-8")))
    assert sorted(paired.intersection(targets)) == []


def test_what_differs_is_found() -> None:
    ours = "## A\n\n```sh\n./fapiao log  # all\n```\n\n| a | b |\n| --- | --- |\n| `x` | y |\n"
    theirs = '<a id="a"></a>\n## 甲\n\n```sh\n./fapiao log  # 全部\n```\n\n| 甲 | 乙 |\n| --- | --- |\n| `x` | 丙 |\n'
    for compared in (anchors, commands, tables):
        assert compared(ours) == compared(theirs)
    assert anchors(ours) != anchors(theirs.replace('"a"', '"b"'))
    assert commands(ours) != commands(theirs.replace("log", "log --counts"))
    assert tables(ours) != tables(theirs.replace("`x`", "`z`"))
